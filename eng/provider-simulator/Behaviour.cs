using System.Globalization;

namespace ThinkWatch.ProviderSimulator;

/// <summary>
/// What an answer should be like, commanded by the model name (<c>sim-error-429</c>), by the header <c>x-simulator</c> or by the field
/// <c>metadata.simulator</c>; several commands are joined by commas: <c>drip-50,nousage</c>.
/// <list type="bullet">
/// <item><c>error-N</c> answers status N, <c>flaky-K</c> answers 500 to the first K attempts of each request id, <c>retry-after-S</c> sets that header on errors;</item>
/// <item><c>slow[-ms]</c> waits before the answer (2000), <c>drip[-ms]</c> between the events of a stream (100);</item>
/// <item><c>cut</c> breaks the connection in the middle of the answer, <c>stall</c> falls silent there, <c>drop</c> breaks it before the first byte;</item>
/// <item><c>nousage</c> reports no usage, <c>cached</c> reports cached and reasoning tokens;</item>
/// <item><c>malformed</c> answers broken JSON, <c>words-N</c> answers N words, <c>tools</c> calls a tool when there are any.</item>
/// </list>
/// </summary>
internal sealed record Behaviour
{
    public static readonly Behaviour Plain = new();

    public int ErrorStatus { get; init; }

    public int FlakyAttempts { get; init; }

    public int RetryAfterSeconds { get; init; } = -1;

    public int DelayMs { get; init; }

    public int DripMs { get; init; }

    public int Words { get; init; }

    public bool Cut { get; init; }

    public bool Stall { get; init; }

    public bool Drop { get; init; }

    public bool NoUsage { get; init; }

    public bool Cached { get; init; }

    public bool Malformed { get; init; }

    public bool CallTools { get; init; }

    public static Behaviour Of(string model, string? header, string? metadata)
    {
        var behaviour = Plain;
        if (model.StartsWith("sim-", StringComparison.Ordinal))
            behaviour = behaviour.With(model["sim-".Length..]);
        if (header is not null)
            behaviour = behaviour.With(header);
        return metadata is null ? behaviour : behaviour.With(metadata);
    }

    private Behaviour With(string commands)
    {
        var behaviour = this;
        foreach (var command in commands.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = command.LastIndexOf('-');
            var hasNumber = int.TryParse(command.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && dash > 0;
            behaviour = behaviour.With(hasNumber ? command[..dash] : command, hasNumber ? number : null);
        }

        return behaviour;
    }

    private Behaviour With(string name, int? number) => name switch
    {
        "error" => this with { ErrorStatus = Math.Clamp(number ?? 500, 400, 599) },
        "flaky" => this with { FlakyAttempts = number ?? 1 },
        "retry-after" => this with { RetryAfterSeconds = number ?? 1 },
        "slow" => this with { DelayMs = number ?? 2000 },
        "drip" => this with { DripMs = number ?? 100 },
        "words" => this with { Words = Math.Clamp(number ?? 10, 1, 5_000_000) },
        "cut" => this with { Cut = true },
        "stall" => this with { Stall = true },
        "drop" => this with { Drop = true },
        "nousage" => this with { NoUsage = true },
        "cached" => this with { Cached = true },
        "malformed" => this with { Malformed = true },
        "tools" => this with { CallTools = true },
        _ => this,
    };
}
