using System.Globalization;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Compares how the answer is to be made: each setting arrives with its value in the other format's words, or a note names it.</summary>
internal sealed class SettingsDiff(Told sent, Told received, Notes notes, List<string> found)
{
    /// <summary>Values that say what is so anyway.</summary>
    private static readonly Dictionary<string, string[]> s_defaults = new(StringComparer.Ordinal)
    {
        ["n"] = ["1"],
        ["parallel_tool_calls"] = ["true"],
        ["tool_choice"] = ["auto"],
        ["service_tier"] = ["auto"],
        ["verbosity"] = ["medium"],
        ["presence_penalty"] = ["0"],
        ["frequency_penalty"] = ["0"],
        ["temperature"] = ["1"],
        ["top_p"] = ["1"],
        ["logprobs"] = ["false"],
        ["top_logprobs"] = ["0"],
    };

    /// <summary>What a note calls a setting when not by its own name.</summary>
    private static readonly Dictionary<string, string[]> s_names = new(StringComparer.Ordinal)
    {
        ["format.schema"] = ["response_format.schema", "response_format"],
        ["format"] = ["response_format"],
        ["format.description"] = ["response_format.description", "response_format"],
        ["top_logprobs"] = ["logprobs"],
    };

    public void Compare()
    {
        CompareChoice();
        CompareFormat();
        new ThinkingDiff(sent, received, notes, found).Compare();
        foreach (var name in sent.Settings.Keys.Union(received.Settings.Keys).Where(static name => name is not ("tool_choice" or "tools.strict") && !name.StartsWith("thinking.", StringComparison.Ordinal) && !name.StartsWith("format", StringComparison.Ordinal)))
            CompareOne(name, sent.Settings.GetValueOrDefault(name), received.Settings.GetValueOrDefault(name));
    }

    private void CompareOne(string name, string? mine, string? theirs)
    {
        if (mine == theirs || IsDefault(name, mine, theirs) || IsNamed(name)) return;

        // None may be called: whether several at once is no question then. Nor is it without tools.
        if (name == "parallel_tool_calls" && (sent.Settings.GetValueOrDefault("tool_choice") == "none" || sent.Tools.Count == 0)) return;
        found.Add($"{name}: {mine ?? "nothing"} became {theirs ?? "nothing"}");
    }

    /// <summary>A default that is not said is the same; where thinking is on, Anthropic's only temperature is too.</summary>
    private static bool IsDefault(string name, string? mine, string? theirs) =>
        s_defaults.TryGetValue(name, out var values) && (mine ?? theirs) is { } only && (mine is null || theirs is null) && values.Contains(only);

    private void CompareChoice()
    {
        var (mine, theirs) = (sent.Settings.GetValueOrDefault("tool_choice", "auto"), received.Settings.GetValueOrDefault("tool_choice", "auto"));
        if (mine == theirs || IsNamed("tool_choice") || notes.Name("tool_choice.allowed_tools")) return;
        const string Tool = "the tool ";
        if (mine.StartsWith(Tool, StringComparison.Ordinal) && theirs.StartsWith(Tool, StringComparison.Ordinal)
            && sent.Tools.Exists(tool => tool.Name == mine[Tool.Length..] && ToolsDiff.IsRenamed(tool.Space is null ? tool.Name : $"{tool.Space}__{tool.Name}", theirs[Tool.Length..]))) return;

        // The answer's shape as a tool that must be called, or one of the client's.
        if (ShapeIsTool() && theirs is "required" or "the tool thinkwatch__json_answer" or "the tool answer__give_answer") return;
        if (sent.Tools.Count == 0 && theirs == "auto") return;
        found.Add($"tool_choice: {mine} became {theirs}");
    }

    private void CompareFormat()
    {
        var (mine, theirs) = (sent.Settings.GetValueOrDefault("format"), received.Settings.GetValueOrDefault("format"));
        var (schema, there) = (sent.Settings.GetValueOrDefault("format.schema"), received.Settings.GetValueOrDefault("format.schema"));
        if (ShapeIsTool())
        {
            var tool = received.Tools[^1];
            if (schema is not null && tool.Schema != schema && !notes.Name("response_format.schema")) found.Add($"format.schema: {schema} became {tool.Schema}");
            return;
        }

        if (mine != theirs && !IsNamed("format")) found.Add($"format: {mine ?? "text"} became {theirs ?? "text"}");
        if (schema != there && !IsNamed("format.schema")) found.Add($"format.schema: {schema ?? "none"} became {there ?? "none"}");

        // Its name is a label; and who has no word for strict is always so. Where the words exist they are carried.
        var hasLabels = received.Format is Format.Chat or Format.Responses;
        foreach (var name in (string[])["format.name", "format.strict", "format.description"])
        {
            var (own, other) = (sent.Settings.GetValueOrDefault(name), received.Settings.GetValueOrDefault(name));
            var isCompared = hasLabels || name == "format.description" || (other is not null && own is not null);
            if (isCompared && own != other && !IsNamed(name) && !(own is null && name != "format.description" && sent.Format is Format.Messages)) found.Add($"{name}: {own ?? "nothing"} became {other ?? "nothing"}");
        }
    }

    private bool ShapeIsTool() => sent.Settings.ContainsKey("format") && !received.Settings.ContainsKey("format") && received.Tools.Count == sent.Tools.Count + 1;

    private bool IsNamed(string name)
    {
        var root = name.StartsWith("metadata.", StringComparison.Ordinal) ? "metadata" : name;
        return notes.Name(root) || (s_names.TryGetValue(name, out var others) && Array.Exists(others, other => notes.Name(other)));
    }
}

/// <summary>
/// Compares thinking: what is said as a budget in one format is an effort in the other, by the table that docs/providers.md shows. Both are written down here
/// once more, so that neither changes unseen.
/// </summary>
internal sealed class ThinkingDiff(Told sent, Told received, Notes notes, List<string> found)
{
    private bool IsNamed => notes.Name("thinking");

    public void Compare()
    {
        var (mode, budget, effort) = (Of(sent, "mode"), Of(sent, "budget"), Of(sent, "effort"));
        var (theirMode, theirBudget, theirEffort) = (Of(received, "mode"), Of(received, "budget"), Of(received, "effort"));
        var isSaid = mode is not null || budget is not null || effort is not null || (sent.Format == Format.Responses && Of(sent, "display") == "summarized");
        var isSaidThere = theirMode is not null || theirBudget is not null || theirEffort is not null;
        var isOff = mode is "disabled" or "between_tools" || effort == "none" || budget == "0";
        if (!isSaid)
        {
            if (isSaidThere && theirMode != "disabled") found.Add($"thinking: nobody asked for {Show(received)}");
            return;
        }

        if (isOff)
        {
            if (!(theirMode is "disabled" || theirEffort == "none" || theirBudget == "0" || (!isSaidThere && (received.Format is Format.Messages or Format.Converse || received.Model.StartsWith("gpt-4", StringComparison.Ordinal))) || IsNamed || notes.Name("reasoning_effort"))) found.Add($"thinking: off became {Show(received)}");
            return;
        }

        if (!isSaidThere)
        {
            // A model that decides by itself needs no telling where it always does.
            if (!IsNamed && (effort is not null || budget is not null || mode == "enabled")) found.Add($"thinking: {Show(sent)} is lost");
            return;
        }

        if (theirBudget is not null && received.Format is Format.Messages or Format.Converse && theirMode != "enabled") found.Add($"thinking: a budget, and {theirMode ?? "no type"}");
        if (theirMode == "disabled") { Report($"thinking: {Show(sent)} became off", IsNamed); return; }
        CompareAmount(budget, effort, theirBudget, theirEffort);
        CompareDisplay();
    }

    private void CompareAmount(string? budget, string? effort, string? theirBudget, string? theirEffort)
    {
        if (theirBudget is null or "-1" && theirEffort is null)
        {
            if (budget is not null || effort is not null) Report($"thinking: {Show(sent)} became as much as the model likes", notes.Name("thinking.budget_tokens", "reasoning_effort", "effort", "thinking"));
            return;
        }

        if (theirBudget is not null) Report($"thinking: {Show(sent)} became a budget of {theirBudget}", theirBudget == (budget ?? BudgetOf(effort) ?? "8192") || notes.Name("thinking.budget_tokens", "reasoning_effort", "effort"));
        if (theirEffort is not null)
        {
            var wanted = effort ?? EffortOf(budget);
            Report($"thinking: {Show(sent)} became an effort of {theirEffort}", theirEffort == wanted || notes.Name("reasoning_effort", "effort"));
        }

        // Who says both, and finds one word for them, is told of the other.
        if (budget is not null && theirBudget is null) Report($"thinking: the budget of {budget} is lost", notes.Name("thinking.budget_tokens"));
        if (effort is not null && budget is not null && theirEffort is null) Report($"thinking: the effort of {effort} is lost", notes.Name("effort", "reasoning_effort"));
    }

    private void CompareDisplay()
    {
        var (mine, theirs) = (Of(sent, "display"), Of(received, "display"));
        if (theirs is null || received.Format is Format.Responses) return;
        var shows = mine is null ? sent.Format is Format.Chat || (sent.Format is Format.Messages && Of(sent, "mode") is not null) : mine != "omitted";
        Report($"thinking: shown {shows} became {theirs}", shows == (theirs == "summarized"));
    }

    private static string? BudgetOf(string? effort) => effort switch { null => null, "none" => "0", "minimal" => "1024", "low" => "2048", "high" => "16384", "xhigh" or "max" => "32768", _ => "8192" };

    private static string? EffortOf(string? budget) => budget is null ? "medium" : int.Parse(budget, CultureInfo.InvariantCulture) switch { <= 0 => "none", <= 1024 => "minimal", <= 4096 => "low", <= 12288 => "medium", _ => "high" };

    private static string? Of(Told told, string name) => told.Settings.GetValueOrDefault("thinking." + name);

    private static string Show(Told told) => string.Join(' ', told.Settings.Where(static setting => setting.Key.StartsWith("thinking.", StringComparison.Ordinal)).Select(static setting => $"{setting.Key["thinking.".Length..]}={setting.Value}")) is { Length: > 0 } text ? text : "nothing";

    private void Report(string what, bool isFine)
    {
        if (!isFine) found.Add(what);
    }
}
