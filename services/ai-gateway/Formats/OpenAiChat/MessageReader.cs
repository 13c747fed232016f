using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Reads <c>messages</c>.</summary>
internal static class MessageReader
{
    public static void Read(JsonElement source, ConvertedCall call)
    {
        var messages = JsonRead.OptionalArray(source, "messages", "messages") ?? throw JsonRead.Missing("messages");
        var functions = new FunctionIds();
        var position = 0;
        foreach (var item in messages.EnumerateArray())
        {
            var path = $"messages[{position++}]";
            var message = JsonRead.Object(item, path);
            call.Request.Messages.Add(JsonRead.RequiredString(message, "role", path + ".role") switch
            {
                "system" => Plain(Role.System, message, path),
                "developer" => Plain(Role.Developer, message, path),
                "user" => Plain(Role.User, message, path),
                "assistant" => Assistant(message, path, functions, call),
                "tool" => Tool(message, path),
                "function" => Function(message, path, functions),
                var other => throw JsonRead.Invalid(path + ".role", $"'{other}' is none of 'system', 'developer', 'user', 'assistant', 'tool', 'function'."),
            });
        }
    }

    private static Message Plain(Role role, JsonElement message, string path)
    {
        var content = message.Member("content") ?? throw JsonRead.Missing(path + ".content");
        return new Message(role, PartReader.Read(content, path + ".content")) { Name = JsonRead.OptionalString(message, "name", path + ".name") };
    }

    private static Message Assistant(JsonElement message, string path, FunctionIds functions, ConvertedCall call)
    {
        var parts = new List<Part>();
        var remembered = Remembered(message, call);
        ThinkingBlocks.Read(remembered ?? message, path, parts);
        if (message.Member("content") is { } content)
            parts.AddRange(PartReader.Read(content, path + ".content"));
        if (JsonRead.OptionalString(message, "refusal", path + ".refusal") is { Length: > 0 } refusal)
            parts.Add(new RefusalPart(refusal));
        if (JsonRead.OptionalArray(message, "tool_calls", path + ".tool_calls") is { } calls)
        {
            var position = 0;
            foreach (var item in calls.EnumerateArray())
            {
                var made = ToolCall(item, $"{path}.tool_calls[{position++}]");
                parts.Add(made.Signature is null && remembered is { } turn ? made with { Signature = SignatureOf(turn, made.Id) } : made);
            }
        }

        if (JsonRead.OptionalObject(message, "function_call", path + ".function_call") is { } function)
        {
            var name = JsonRead.RequiredString(function, "name", path + ".function_call.name");
            parts.Add(new ToolCallPart(functions.Called(name), name, JsonRead.OptionalString(function, "arguments", path + ".function_call.arguments") ?? ""));
        }

        if (message.Member("audio") is not null)
            call.Notes.Drop("messages.audio");
        return new Message(Role.Assistant, parts) { Name = JsonRead.OptionalString(message, "name", path + ".name") };
    }

    /// <summary>What the gateway knows of a turn that its client sends back without its thoughts.</summary>
    private static JsonElement? Remembered(JsonElement message, ConvertedCall call) =>
        call.Thoughts.Count > 0 && message.Member("thinking_blocks") is null && message.ItemsOrNone("tool_calls").FirstOrDefault() is { ValueKind: JsonValueKind.Object } first
        && first.StringOrNull("id") is { } id && call.Thoughts.TryGetValue(id, out var turn)
            ? turn
            : null;

    private static Signature? SignatureOf(JsonElement turn, string callId)
    {
        foreach (var known in turn.ItemsOrNone("tool_calls"))
        {
            if (known.StringOrNull("id") == callId)
                return ThinkingBlocks.OfCall(known);
        }

        return null;
    }

    private static ToolCallPart ToolCall(JsonElement item, string path)
    {
        JsonRead.Object(item, path);
        var id = JsonRead.RequiredString(item, "id", path + ".id");
        if (item.Member("custom") is { } custom)
        {
            var input = JsonRead.OptionalString(custom, "input", path + ".custom.input") ?? "";
            return new ToolCallPart(id, JsonRead.RequiredString(custom, "name", path + ".custom.name"), CustomTools.ToArguments(input));
        }

        var function = JsonRead.OptionalObject(item, "function", path + ".function") ?? throw JsonRead.Missing(path + ".function");
        return new ToolCallPart(
            id,
            JsonRead.RequiredString(function, "name", path + ".function.name"),
            JsonRead.OptionalString(function, "arguments", path + ".function.arguments") ?? "")
        {
            Signature = ThinkingBlocks.OfCall(item),
        };
    }

    private static Message Tool(JsonElement message, string path)
    {
        var content = message.Member("content") is { } given ? PartReader.Read(given, path + ".content") : [];
        return new Message(Role.Tool, [new ToolResultPart(JsonRead.RequiredString(message, "tool_call_id", path + ".tool_call_id"), content, IsError: false)]);
    }

    private static Message Function(JsonElement message, string path, FunctionIds functions)
    {
        var name = JsonRead.RequiredString(message, "name", path + ".name");
        var content = message.Member("content") is { } given ? PartReader.Read(given, path + ".content") : [];
        return new Message(Role.Tool, [new ToolResultPart(functions.Answered(name, path), content, IsError: false) { Name = name }]);
    }

    /// <summary>Ids for the calls of the API's first years, which had none: the same each time the conversation is sent.</summary>
    private sealed class FunctionIds
    {
        private readonly Dictionary<string, string> _last = new(StringComparer.Ordinal);
        private int _count;

        public string Called(string name) => _last[name] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"call_function_{_count++}");

        public string Answered(string name, string path) => _last.TryGetValue(name, out var id)
            ? id
            : throw JsonRead.Invalid(path + ".name", "no function of this name was called before.");
    }
}
