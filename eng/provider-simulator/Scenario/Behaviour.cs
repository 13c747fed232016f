using System.Globalization;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>
/// What an answer should be like. Commanded by the model name (<c>sim-error-429</c>, <c>claude-sim-think-tools</c>,
/// <c>anthropic.claude-sim-think-tools-v1:0</c>), by the header <c>x-simulator</c> or by the field <c>metadata.simulator</c> (Bedrock:
/// <c>requestMetadata.simulator</c>; Gemini: <c>labels.simulator</c>). Several commands are joined by commas or dashes: <c>drip-50,nousage</c>.
/// Every command means the same on every format; <see cref="Commands"/> says what. Unknown words are ignored.
/// </summary>
internal sealed record Behaviour
{
    private const int HugeWords = 200_000;
    private const int TinyPieces = 2_000;

    public static readonly Behaviour Plain = new();

    public int ErrorStatus { get; init; }

    public int FlakyAttempts { get; init; }

    public int RetryAfterSeconds { get; init; } = -1;

    public int DelayMs { get; init; }

    public int DripMs { get; init; }

    public int Words { get; init; }

    public int TinyChunks { get; init; }

    public bool Cut { get; init; }

    public bool CutInsideEvent { get; init; }

    public bool Stall { get; init; }

    public bool Drop { get; init; }

    public bool NoUsage { get; init; }

    public UsagePlace UsagePlace { get; init; }

    public bool Cached { get; init; }

    public bool Malformed { get; init; }

    public bool ErrorEvent { get; init; }

    public bool CallTools { get; init; }

    public bool Parallel { get; init; }

    public int Rounds { get; init; } = 1;

    public bool Think { get; init; }

    /// <summary>What it thinks repeats what was said.</summary>
    public bool ThinkAloud { get; init; }

    public bool Redacted { get; init; }

    public bool Json { get; init; }

    public bool Refuse { get; init; }

    public bool Block { get; init; }

    public bool Filter { get; init; }

    public bool Length { get; init; }

    public bool StopSequence { get; init; }

    public bool Inspect { get; init; }

    public bool Strict { get; init; }

    public bool BreaksTheStream => Cut || CutInsideEvent || Stall || Malformed || ErrorEvent;

    public static Behaviour Of(string model, string? header, string? metadata)
    {
        var behaviour = Plain;
        if (CommandsIn(model) is { } commands)
            behaviour = behaviour.With(commands);
        if (!string.IsNullOrEmpty(header))
            behaviour = behaviour.With(header);
        return metadata is null ? behaviour : behaviour.With(metadata);
    }

    /// <summary>What follows <c>sim-</c> at the start of the name or after a separator: every vendor's prefix may stand before it.</summary>
    private static string? CommandsIn(string model)
    {
        var at = model.IndexOf("sim-", StringComparison.Ordinal);
        return at >= 0 && (at == 0 || model[at - 1] is '-' or '.' or '/' or ':') ? model[(at + 4)..] : null;
    }

    private Behaviour With(string commands)
    {
        var behaviour = this;
        var words = commands.Split([',', '-', ' '], StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            var name = words[i];
            if (i + 1 < words.Length && Commands.HasTwoWords(name + "-" + words[i + 1]))
                name += "-" + words[++i];
            int? number = null;
            if (i + 1 < words.Length && int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
            {
                number = parsed;
                i++;
            }

            behaviour = behaviour.With(name, number);
        }

        return behaviour;
    }

    private Behaviour With(string name, int? number) => name switch
    {
        "error" => this with { ErrorStatus = Math.Clamp(number ?? 500, 400, 599) },
        "429" => this with { ErrorStatus = 429, RetryAfterSeconds = 1 },
        "400" or "401" or "403" or "404" or "408" or "413" or "500" or "502" or "503" or "504" or "529" => this with { ErrorStatus = int.Parse(name, CultureInfo.InvariantCulture) },
        "overloaded" => this with { ErrorStatus = 529 },
        "flaky" => this with { FlakyAttempts = number ?? 1 },
        "retry-after" => this with { RetryAfterSeconds = number ?? 1 },
        "slow" => this with { DelayMs = number ?? 2000 },
        "drip" => this with { DripMs = number ?? 100 },
        "words" => this with { Words = Math.Clamp(number ?? 10, 1, 5_000_000) },
        "huge" => this with { Words = HugeWords },
        "tiny" => this with { TinyChunks = Math.Clamp(number ?? TinyPieces, 1, 1_000_000) },
        "cut" => this with { Cut = true },
        "cut-event" => this with { CutInsideEvent = true },
        "stall" => this with { Stall = true },
        "drop" => this with { Drop = true },
        "malformed" => this with { Malformed = true },
        "error-event" => this with { ErrorEvent = true },
        _ => WithContent(name, number),
    };

    private Behaviour WithContent(string name, int? number) => name switch
    {
        "nousage" => this with { NoUsage = true },
        "usage-first" => this with { UsagePlace = UsagePlace.First },
        "usage-split" => this with { UsagePlace = UsagePlace.Split },
        "usage-choices" => this with { UsagePlace = UsagePlace.WithChoices },
        "cached" => this with { Cached = true },
        "tools" or "tool" => this with { CallTools = true },
        "parallel" => this with { CallTools = true, Parallel = true },
        "rounds" => this with { CallTools = true, Rounds = number ?? 2 },
        "think" => this with { Think = true },
        "think-aloud" => this with { Think = true, ThinkAloud = true },
        "redacted" => this with { Think = true, Redacted = true },
        "json" => this with { Json = true },
        "refusal" => this with { Refuse = true },
        "blocked" => this with { Block = true },
        "filtered" => this with { Filter = true },
        "length" => this with { Length = true },
        "stop-sequence" => this with { StopSequence = true },
        "strict" => this with { Strict = true },
        "inspect" => this with { Inspect = true },
        _ => this,
    };
}

/// <summary>Where a stream reports its usage.</summary>
internal enum UsagePlace
{
    /// <summary>Where the real one does.</summary>
    Usual,

    /// <summary>All of it before the first content.</summary>
    First,

    /// <summary>Input in one event, output in another.</summary>
    Split,

    /// <summary>In an event that also carries content or the reason for stopping.</summary>
    WithChoices,
}
