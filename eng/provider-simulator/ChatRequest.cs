using System.Text.Json;

namespace ThinkWatch.ProviderSimulator;

/// <summary>What the simulator reads of a chat completion request.</summary>
internal sealed record ChatRequest(
    string Model, bool Stream, bool IncludeUsage, int PromptBytes, string LastText, bool LastIsToolResult, SimulatedTool? Tool, bool ToolDemanded, string? Command)
{
    /// <summary>Null when it is not a chat completion request; <paramref name="fault"/> says why.</summary>
    public static ChatRequest? Parse(ReadOnlyMemory<byte> body, out string fault)
    {
        fault = "";
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.String)
            {
                fault = "you must provide a model parameter";
                return null;
            }

            if (!root.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
            {
                fault = "Missing required parameter: 'messages'.";
                return null;
            }

            return Read(root, model.GetString()!, messages);
        }
        catch (JsonException exception)
        {
            fault = "We could not parse the JSON body of your request: " + exception.Message;
            return null;
        }
    }

    private static ChatRequest Read(JsonElement root, string model, JsonElement messages)
    {
        var last = messages[messages.GetArrayLength() - 1];
        var promptBytes = 0;
        foreach (var message in messages.EnumerateArray())
            promptBytes += TextOf(message).Length;
        var demanded = root.TryGetProperty("tool_choice", out var choice) && (choice.ValueKind == JsonValueKind.Object || choice.ValueEqualsText("required"));
        return new ChatRequest(
            model,
            root.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True,
            root.TryGetProperty("stream_options", out var options) && options.ValueKind == JsonValueKind.Object
                && options.TryGetProperty("include_usage", out var include) && include.ValueKind == JsonValueKind.True,
            promptBytes,
            TextOf(last),
            last.ValueKind == JsonValueKind.Object && last.TryGetProperty("role", out var role) && role.ValueEqualsText("tool"),
            SimulatedTool.Choose(root, choice),
            demanded,
            root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object
                && metadata.TryGetProperty("simulator", out var command) && command.ValueKind == JsonValueKind.String ? command.GetString() : null);
    }

    private static string TextOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("content", out var content))
            return "";
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString()!;
        if (content.ValueKind != JsonValueKind.Array)
            return "";
        return string.Concat(content.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
            .Select(part => part.GetProperty("text").GetString()));
    }
}

internal static class JsonElementText
{
    /// <summary>True for a string of that value; false, not an exception, for anything else.</summary>
    public static bool ValueEqualsText(this JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);
}
