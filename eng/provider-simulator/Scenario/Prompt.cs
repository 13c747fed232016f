using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>A request as understood, whatever the format it came in.</summary>
internal sealed class Prompt
{
    public required string Format { get; init; }

    public required string Model { get; init; }

    public bool Stream { get; init; }

    public List<Part> System { get; } = [];

    public List<Turn> Turns { get; } = [];

    public List<ToolSpec> Tools { get; } = [];

    /// <summary>auto | none | required | the name of a tool.</summary>
    public string ToolChoice { get; set; } = "auto";

    public bool ToolNamed { get; set; }

    public bool? ParallelTools { get; set; }

    /// <summary>The sampling parameters that were given, by their OpenAI names.</summary>
    public List<KeyValuePair<string, JsonElement>> Sampling { get; } = [];

    public int? MaxTokens { get; set; }

    public List<string> StopSequences { get; } = [];

    public int Choices { get; set; } = 1;

    public bool Logprobs { get; set; }

    public Thinking Thinking { get; set; } = Thinking.Unset;

    /// <summary>json_object | json_schema; null is text.</summary>
    public string? OutputType { get; set; }

    public JsonElement OutputSchema { get; set; }

    public string? Command { get; set; }

    /// <summary>Names of the other top-level fields that were given.</summary>
    public List<string> Others { get; } = [];

    public bool IncludeUsage { get; set; } = true;

    /// <summary>A Responses call: the parts that only that format has.</summary>
    public Responses.ResponseOptions? Options { get; set; }

    public bool LastIsToolResult => Last is { IsToolResult: true };

    /// <summary>How many turns of tool results followed the last thing the user said.</summary>
    public int RoundsDone => Turns.AsEnumerable().Reverse().TakeWhile(static turn => turn.Role != "user" || turn.IsToolResult).Count(static turn => turn.IsToolResult);

    /// <summary>The turn that is to be answered. Agents put instructions of the system's behind it.</summary>
    public Turn? Last => Turns.FindLast(static turn => turn.Role != "system");

    /// <summary>The last turn in which the user asked for something.</summary>
    public Turn? Asked => Turns.FindLast(static turn => turn.Role == "user" && !turn.IsToolResult);

    public string LastText => Last is { } last ? TextOf(last.Parts) : "";

    /// <summary>
    /// While tool results are being answered: the first turn since the user asked that has lost the thinking before its calls. That is every turn whose calls
    /// came after thinking, and with <paramref name="always"/> the last one whatever its calls are. Null when nothing is lost.
    /// </summary>
    public int? TurnWithoutThinking(Func<string, bool> isAfterThinking, bool always)
    {
        if (!LastIsToolResult)
            return null;
        var last = Turns.FindLastIndex(static turn => turn.Role == "assistant");
        for (var i = Asked is { } asked ? Turns.IndexOf(asked) + 1 : 0; i <= last; i++)
        {
            var parts = Turns[i].Parts;
            var wanted = (always && i == last) || parts.Exists(part => part.Kind == PartKind.ToolCall && isAfterThinking(part.Id!));
            if (Turns[i].Role == "assistant" && wanted && parts[0].Kind != PartKind.Thinking)
                return i;
        }

        return null;
    }

    public int Characters
    {
        get
        {
            var sum = 0;
            foreach (var part in System)
                sum += part.Text?.Length ?? 0;
            foreach (var turn in Turns)
            {
                foreach (var part in turn.Parts)
                    sum += Count(part);
            }

            return sum;
        }
    }

    private static int Count(Part part)
    {
        var sum = part.Text?.Length ?? 0;
        if (part.Parts is { } inner)
        {
            foreach (var one in inner)
                sum += Count(one);
        }

        return sum;
    }

    private static string TextOf(List<Part> parts)
    {
        if (parts is [{ Kind: PartKind.Text } only])
            return only.Text!;
        return string.Concat(parts.Select(static part => part.Kind switch
        {
            PartKind.Text => part.Text,
            PartKind.ToolResult => TextOf(part.Parts!),
            _ => null,
        }));
    }
}

internal sealed record Turn(string Role, List<Part> Parts)
{
    public bool IsToolResult => Parts.Exists(static part => part.Kind == PartKind.ToolResult);
}

internal enum PartKind
{
    Text,
    Image,
    File,
    Audio,
    ToolCall,
    ToolResult,
    Thinking,
    Refusal,
    Other,
}

internal sealed record Part(PartKind Kind)
{
    public string? Text { get; init; }

    public Media? Media { get; init; }

    /// <summary>Of a tool call or the call that a result answers.</summary>
    public string? Id { get; init; }

    public string? Name { get; init; }

    /// <summary>The JSON of a tool call's arguments.</summary>
    public string? Arguments { get; init; }

    public List<Part>? Parts { get; init; }

    public bool IsError { get; init; }

    public string? Signature { get; init; }

    /// <summary>A prompt-cache point after this part: 5m or 1h.</summary>
    public string? Cache { get; set; }

    public static Part Of(string text) => new(PartKind.Text) { Text = text };
}

internal sealed record ToolSpec(string Name, string? Description, JsonElement Schema)
{
    public bool? Strict { get; init; }

    public string? Cache { get; set; }

    public string? Namespace { get; init; }
}

/// <summary>What was said about thinking. <see cref="Visible"/>: its text is to be in the answer, not only its signature.</summary>
internal sealed record Thinking(bool? On, int? Budget, string? Effort, bool Visible)
{
    public static readonly Thinking Unset = new(null, null, null, true);
}
