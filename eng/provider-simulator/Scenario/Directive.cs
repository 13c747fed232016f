using System.Text.Json;
using System.Text.RegularExpressions;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>
/// <c>[[call Bash {"command":"echo hi"}]]</c> in what the user says: calls that tool with these arguments, so that a test can lead a real agent through its tools.
/// Several are called one after the other, each with the result of the last; all at once when told <c>parallel</c>.
/// </summary>
internal static partial class Directive
{
    public static List<(ToolSpec Tool, string Arguments)> In(Prompt prompt)
    {
        var calls = new List<(ToolSpec, string)>();
        if (prompt.Tools.Count == 0 || prompt.Asked is not { } asked)
            return calls;
        foreach (var part in asked.Parts)
        {
            if (part.Text is null || !part.Text.Contains("[[call ", StringComparison.Ordinal))
                continue;
            foreach (Match match in Pattern().Matches(part.Text))
            {
                if (prompt.Tools.Find(tool => tool.Name == match.Groups["name"].Value) is { } tool)
                    calls.Add((tool, ArgumentsOf(match.Groups["arguments"].Value, tool)));
            }
        }

        return calls;
    }

    private static string ArgumentsOf(string given, ToolSpec tool)
    {
        try
        {
            using var document = JsonDocument.Parse(given);
            return given;
        }
        catch (JsonException)
        {
            return Example.For(tool.Schema);
        }
    }

    [GeneratedRegex(@"\[\[call (?<name>[\w.:-]+)(?: (?<arguments>\{.*?\}))?\]\]", RegexOptions.Singleline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
