namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Compares the tools: the same in the same order, each with its description, schema, strictness and cache point.</summary>
internal static class ToolsDiff
{
    private const string NoSchema = """{"properties":{},"type":"object",}""";

    public static void Compare(Told sent, Told received, Notes notes, List<string> found)
    {
        // A tool that stands for the shape of the answer is not the client's.
        var there = received.Tools.Where(tool => !IsForAnswer(tool, sent, received)).ToList();
        if (there.Count != sent.Tools.Count && !notes.Name("tools", "tool_choice.allowed_tools") && !(there.Count == 0 && notes.Name("tool_choice")))
            found.Add($"tools: {sent.Tools.Count} became {there.Count}: {string.Join(", ", sent.Tools.Select(static tool => tool.Name).Except(there.Select(static tool => tool.Name)).Take(5))}");
        var isStrictAtAll = received.Settings.ContainsKey("tools.strict");
        var shifted = notes.Name("tool_choice.allowed_tools");
        for (var i = 0; i < Math.Min(sent.Tools.Count, there.Count); i++)
        {
            var mine = shifted ? sent.Tools.Find(tool => IsRenamed(Full(tool), there[i].Name)) : sent.Tools[i];
            if (mine is null) found.Add($"tools[{i}]: {there[i].Name} is not the client's");
            else CompareOne($"tools[{i}] {mine.Name}", mine, there[i], isStrictAtAll, notes, found);
        }
    }

    /// <summary>The same name, or what is left of it where a provider takes fewer characters.</summary>
    public static bool IsRenamed(string sent, string received)
    {
        if (sent == received) return true;
        var cleaned = string.Concat(sent.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return cleaned == received || "_" + cleaned == received || (cleaned.Length > 64 && received.Length >= 60 && cleaned.StartsWith(received[..60], StringComparison.Ordinal));
    }

    private static string Full(ToldTool tool) => tool.Space is null ? tool.Name : $"{tool.Space}__{tool.Name}";

    private static void CompareOne(string path, ToldTool sent, ToldTool received, bool isStrictAtAll, Notes notes, List<string> found)
    {
        if (!IsRenamed(Full(sent), received.Name)) found.Add($"{path}: its name became {received.Name}");
        if ((sent.Description ?? "") != (received.Description ?? "")) found.Add($"{path}: its description became {received.Description}");
        if (sent.Cache != received.Cache && !notes.Name("cache_control", "cache_control.ttl")) found.Add($"{path}: its cache point {sent.Cache ?? "none"} became {received.Cache ?? "none"}");
        if (sent.Strict && !received.Strict && !isStrictAtAll && !notes.Name("tools.strict")) found.Add($"{path}: no longer strict");
        if (!sent.Strict && received.Strict) found.Add($"{path}: became strict");
        if (sent.IsFreeform ? !notes.Name("tools.custom") && received.Schema?.Contains("\"input\":{", StringComparison.Ordinal) != true : !IsSchemaSame(sent.Schema, received.Schema) && !notes.Name("tools.parameters"))
            found.Add($"{path}: its schema became {received.Schema}; was {sent.Schema}");
    }

    /// <summary>No schema is that of no arguments; and where a schema does not say so, it is an object's.</summary>
    private static bool IsSchemaSame(string? sent, string? received)
    {
        const string Type = "\"type\":\"object\",}";
        return sent == received
            || (sent is null && received is NoSchema or "{" + Type)
            || (received is null && sent is NoSchema or "{}")
            || (sent is not null && !sent.EndsWith(Type, StringComparison.Ordinal) && received == sent[..^1] + Type);
    }

    private static bool IsForAnswer(ToldTool tool, Told sent, Told received) =>
        sent.Settings.ContainsKey("format") && !received.Settings.ContainsKey("format") && (tool.Name.EndsWith("json_answer", StringComparison.Ordinal) || tool.Name.EndsWith("give_answer", StringComparison.Ordinal));
}
