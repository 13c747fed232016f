using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>Turns of a Messages request: who may say what, and that each tool use is answered at once and only once.</summary>
internal static class AnthropicMessages
{
    public static void Read(JsonElement messages, Prompt prompt)
    {
        if (messages.GetArrayLength() == 0)
            throw Refused.Invalid("messages: at least one message is required");
        var number = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var path = $"messages.{number++}";
            var role = message.Text("role") ?? throw AnthropicRequest.Missing(path + ".role");
            if (role is not ("user" or "assistant" or "system"))
                throw Refused.Invalid($"messages: Unexpected role \"{role}\". Allowed roles are \"user\", \"assistant\" or \"system\"");
            if (message.EnumerateObject().FirstOrDefault(static m => m.Name is not ("role" or "content")) is { Value.ValueKind: not JsonValueKind.Undefined } extra)
                throw AnthropicRequest.Extra($"{path}.{extra.Name}");
            if (number == 1 && role != "user")
                throw Refused.Invalid("messages: first message must use the \"user\" role");
            prompt.Turns.Add(new Turn(role, ReadContent(message.Member("content"), role, path)));
        }

        Merge(prompt);
        RequirePairs(prompt.Turns);
    }

    private static List<Part> ReadContent(JsonElement content, string role, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString()!.Length > 0 ? [Part.Of(content.GetString()!)] : throw Refused.Invalid($"{path}: {role} messages must have non-empty content");
        if (content.ValueKind != JsonValueKind.Array)
            throw AnthropicRequest.Missing(path + ".content");
        var parts = new List<Part>();
        foreach (var block in content.EnumerateArray())
        {
            var part = AnthropicBlocks.Read(block, $"{path}.content.{parts.Count}");
            RequireRole(part, role, $"{path}.content.{parts.Count}");
            parts.Add(part);
        }

        return parts.Count > 0 || role == "assistant" ? parts : throw Refused.Invalid($"{path}: {role} messages must have non-empty content");
    }

    private static void RequireRole(Part part, string role, string path)
    {
        var allowed = part.Kind switch
        {
            PartKind.ToolResult or PartKind.Image or PartKind.File => role == "user",
            PartKind.ToolCall or PartKind.Thinking => role == "assistant",
            _ => true,
        };
        if (!allowed)
            throw Refused.Invalid($"{path}: `{part.Kind}` blocks are not allowed in `{role}` messages");
    }

    /// <summary>Neighbouring turns of one role count as one.</summary>
    private static void Merge(Prompt prompt)
    {
        for (var i = prompt.Turns.Count - 1; i > 0; i--)
        {
            if (prompt.Turns[i].Role != prompt.Turns[i - 1].Role)
                continue;
            prompt.Turns[i - 1].Parts.AddRange(prompt.Turns[i].Parts);
            prompt.Turns.RemoveAt(i);
        }
    }

    private static void RequirePairs(List<Turn> turns)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < turns.Count; i++)
        {
            var results = turns[i].Parts.Where(static part => part.Kind == PartKind.ToolResult).Select(static part => part.Id!).ToList();
            var asked = i == 0 ? [] : turns[i - 1].Parts.Where(static part => part.Kind == PartKind.ToolCall).Select(static part => part.Id!).ToHashSet();
            if (results.Find(id => !asked.Contains(id)) is { } unexpected)
                throw Refused.Invalid($"messages.{i}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: {unexpected}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.");
            if (results.Distinct().Count() != results.Count)
                throw Refused.Invalid("each tool_use must have a single result. Found multiple `tool_result` blocks with id: " + results[0]);
            if (asked.Except(results).ToList() is { Count: > 0 } unanswered)
                throw Unanswered(i - 1, unanswered);
            if (turns[i].Parts.Find(part => part.Kind == PartKind.ToolCall && !seen.Add(part.Id!)) is not null)
                throw Refused.Invalid($"messages.{i}.content: `tool_use` ids must be unique");
            RequireResultsFirst(turns[i], i);
        }

        if (turns[^1].Parts.Where(static part => part.Kind == PartKind.ToolCall).Select(static part => part.Id!).ToList() is { Count: > 0 } open)
            throw Unanswered(turns.Count - 1, open);
    }

    private static void RequireResultsFirst(Turn turn, int index)
    {
        var last = turn.Parts.FindLastIndex(static part => part.Kind == PartKind.ToolResult);
        if (last >= 0 && turn.Parts.FindIndex(static part => part.Kind != PartKind.ToolResult) is var other && other >= 0 && other < last)
            throw Refused.Invalid($"messages.{index}.content.{other}: `tool_result` blocks must come first in the content of the message that follows `tool_use` blocks");
    }

    private static Refused Unanswered(int index, List<string> ids) => Refused.Invalid(
        $"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {string.Join(", ", ids)}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
}
