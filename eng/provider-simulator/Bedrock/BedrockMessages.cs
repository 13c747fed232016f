using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>Messages of a Converse request: strictly by turns, each tool use answered in the turn after it.</summary>
internal static class BedrockMessages
{
    private static readonly FrozenSet<string> s_known = FrozenSet.Create("role", "content");

    public static void Read(JsonElement messages, Prompt prompt, bool hasToolConfig)
    {
        if (messages.Count() == 0)
            throw Refused.Invalid("A conversation must start with a user message. Try again with a conversation that starts with a user message.");
        foreach (var message in messages.EnumerateArray())
            prompt.Turns.Add(ReadMessage(message, prompt.Turns.Count));
        for (var i = 0; i < prompt.Turns.Count; i++)
        {
            if (prompt.Turns[i].Role != (i % 2 == 0 ? "user" : "assistant"))
            {
                throw Refused.Invalid(i == 0
                    ? "A conversation must start with a user message. Try again with a conversation that starts with a user message."
                    : "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.");
            }
        }

        if (!hasToolConfig && prompt.Turns.Exists(static turn => turn.Parts.Exists(static part => part.Kind is PartKind.ToolCall or PartKind.ToolResult)))
            throw Refused.Invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.");
        RequirePairs(prompt.Turns);
    }

    private static Turn ReadMessage(JsonElement message, int index)
    {
        var path = $"messages.{index}";
        BedrockRequest.RequireKnown(message, s_known, "/messages/" + index);
        var role = message.Text("role");
        if (role is not ("user" or "assistant"))
            throw Refused.Invalid($"1 validation error detected: Value '{role}' at '{path}.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]");
        var parts = new List<Part>();
        foreach (var block in message.Member("content").Items())
        {
            if (BedrockBlocks.Read(block, $"{path}.content.{parts.Count}") is { } part)
                parts.Add(RequireRole(part, role, path));
            else
                BedrockBlocks.MarkCache(block, parts);
        }

        if (parts.Count == 0)
            throw Refused.Invalid($"The content field in the Message object at {path} is empty. Add a ContentBlock object to the content field and try again.");
        if (parts.Exists(static part => part.Kind == PartKind.File) && !parts.Exists(static part => part.Kind == PartKind.Text))
            throw Refused.Invalid($"The content field in the Message object at {path} holds a document but no text. Add a text block and try again.");
        return new Turn(role, parts);
    }

    private static Part RequireRole(Part part, string role, string path)
    {
        var fits = part.Kind switch
        {
            PartKind.ToolResult or PartKind.Image or PartKind.File => role == "user",
            PartKind.ToolCall or PartKind.Thinking => role == "assistant",
            _ => true,
        };
        return fits ? part : throw Refused.Invalid($"The content of the {role} message at {path} cannot hold a {part.Kind} block.");
    }

    private static void RequirePairs(List<Turn> turns)
    {
        for (var i = 0; i < turns.Count; i++)
        {
            var results = IdsIn(turns[i], PartKind.ToolResult);
            var asked = i == 0 ? [] : IdsIn(turns[i - 1], PartKind.ToolCall);
            if (results.Count > asked.Count)
                throw Refused.Invalid($"The number of toolResult blocks at messages.{i}.content exceeds the number of toolUse blocks of previous turn.");
            if (asked.Except(results).ToList() is { Count: > 0 } missing)
                throw Refused.Invalid($"Expected toolResult blocks at messages.{i}.content for the following Ids: {string.Join(", ", missing)}");
        }

        if (IdsIn(turns[^1], PartKind.ToolCall) is { Count: > 0 } open)
            throw Refused.Invalid($"Expected toolResult blocks at messages.{turns.Count}.content for the following Ids: {string.Join(", ", open)}");
    }

    private static List<string> IdsIn(Turn turn, PartKind kind) => [.. turn.Parts.Where(part => part.Kind == kind).Select(static part => part.Id!)];
}
