using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads the turns of a Messages request. A user's turn with tool results becomes several messages, in its order.</summary>
internal static class MessageReader
{
    public static void Read(JsonElement source, ConvertedCall call)
    {
        var messages = JsonRead.OptionalArray(source, "messages", "messages") ?? throw JsonRead.Missing("messages");
        foreach (var (index, item) in messages.EnumerateArray().Index())
        {
            var path = $"messages.{index}";
            var message = JsonRead.Object(item, path);
            var content = message.Member("content") ?? throw JsonRead.Missing(path + ".content");
            switch (JsonRead.RequiredString(message, "role", path + ".role"))
            {
                case "user":
                    Split(Blocks(content, path + ".content", Role.User, call.Notes), call.Request.Messages);
                    break;
                case "assistant":
                    var parts = Blocks(content, path + ".content", Role.Assistant, call.Notes);
                    CarriedSignature.Unpack(parts);
                    Add(Role.Assistant, parts, call.Request.Messages);
                    break;
                case "system":
                    Add(Role.System, TextBlocks(content, path + ".content", call.Notes), call.Request.Messages);
                    break;
                default:
                    throw JsonRead.Invalid(path + ".role", "expected 'user', 'assistant' or 'system'.");
            }
        }

        if (call.Request.Messages.TrueForAll(static message => message.Role == Role.System))
            throw JsonRead.Invalid("messages", "at least one message with content is required.");
    }

    /// <summary>A system prompt: text, or an array of text blocks.</summary>
    public static List<Part> TextBlocks(JsonElement content, string path, ConversionNotes notes)
    {
        var parts = Blocks(content, path, Role.System, notes);
        return parts.TrueForAll(static part => part is TextPart) ? parts : throw JsonRead.Invalid(path, "only text blocks are allowed here.");
    }

    private static void Add(Role role, List<Part> parts, List<Message> messages)
    {
        if (parts.Count > 0)
            messages.Add(new Message(role, parts));
    }

    private static void Split(List<Part> parts, List<Message> messages)
    {
        Message? open = null;
        foreach (var part in parts)
        {
            var role = part is ToolResultPart ? Role.Tool : Role.User;
            if (open?.Role != role)
                messages.Add(open = new Message(role, []));
            open.Parts.Add(part);
        }
    }

    private static List<Part> Blocks(JsonElement content, string path, Role role, ConversionNotes notes)
    {
        if (content.ValueKind == JsonValueKind.String)
            return [new TextPart(JsonRead.Text(content, path))];
        if (content.ValueKind != JsonValueKind.Array)
            throw JsonRead.WrongType(path, "a string or an array");
        var parts = new List<Part>(content.GetArrayLength());
        foreach (var (index, item) in content.EnumerateArray().Index())
        {
            var blockPath = $"{path}.{index}";
            ReadBlock(JsonRead.Object(item, blockPath), blockPath, role, parts, notes);
        }

        return parts;
    }

    private static void ReadBlock(JsonElement block, string path, Role role, List<Part> parts, ConversionNotes notes)
    {
        var type = JsonRead.RequiredString(block, "type", path + ".type");
        switch (type)
        {
            case "text":
                parts.Add(ReadText(block, path, role));
                return;
            case "thinking" when role == Role.Assistant:
                parts.Add(ReadThinking(block, path));
                return;
            case "redacted_thinking" when role == Role.Assistant:
                parts.Add(CarriedSignature.HiddenThinking(JsonRead.RequiredString(block, "data", path + ".data")));
                return;
            case "tool_use" when role == Role.Assistant:
                parts.Add(ReadToolUse(block, path, notes));
                return;
            case "tool_result" when role == Role.User:
                parts.Add(ReadToolResult(block, path, notes));
                return;
            case "image":
                MediaReader.ReadImage(block, path, parts, notes);
                return;
            case "document":
                MediaReader.ReadDocument(block, path, parts, notes);
                return;
            case "search_result":
                MediaReader.ReadSearchResult(block, path, parts, notes);
                return;
            case "compaction":
                // The provider's summary of what came before: without it the conversation has no beginning.
                parts.Add(new TextPart(JsonRead.OptionalString(block, "content", path + ".content") ?? ""));
                notes.Change("compaction");
                return;
            case "thinking" or "redacted_thinking" or "tool_use" or "tool_result":
                throw JsonRead.Invalid(path + ".type", $"a '{type}' block is not allowed here.");
            default:
                // Traces of tools that run at Anthropic; what came of them is in the text that follows.
                notes.Drop(type);
                return;
        }
    }

    private static TextPart ReadText(JsonElement block, string path, Role role)
    {
        var text = new TextPart(JsonRead.RequiredString(block, "text", path + ".text")) { Cache = RequestReader.Cache(block, path) };
        return role == Role.Assistant && JsonRead.OptionalArray(block, "citations", path + ".citations") is { } citations
            ? text with { Citations = [.. citations.EnumerateArray().Select(CitationJson.Read)] }
            : text;
    }

    private static ThinkingPart ReadThinking(JsonElement block, string path)
    {
        var signature = JsonRead.OptionalString(block, "signature", path + ".signature");
        return new ThinkingPart(
            JsonRead.RequiredString(block, "thinking", path + ".thinking"),
            string.IsNullOrEmpty(signature) ? null : Signature.FromClient(signature, SignatureOrigin.Claude));
    }

    private static ToolCallPart ReadToolUse(JsonElement block, string path, ConversionNotes notes)
    {
        if (block.Member("toolset_name") is not null)
            notes.Drop("tool_use.toolset_name");
        var input = JsonRead.OptionalObject(block, "input", path + ".input") ?? throw JsonRead.Missing(path + ".input");
        return new ToolCallPart(JsonRead.RequiredString(block, "id", path + ".id"), JsonRead.RequiredString(block, "name", path + ".name"), input.GetRawText())
        {
            Cache = RequestReader.Cache(block, path),
        };
    }

    private static ToolResultPart ReadToolResult(JsonElement block, string path, ConversionNotes notes)
    {
        // A part of a result is read like a part of a system message: no calls, no thoughts, no results in it.
        var content = block.Member("content") is { } given ? Blocks(given, path + ".content", Role.System, notes) : [];
        return new ToolResultPart(
            JsonRead.RequiredString(block, "tool_use_id", path + ".tool_use_id"),
            content,
            JsonRead.OptionalBoolean(block, "is_error", path + ".is_error") ?? false)
        { Cache = RequestReader.Cache(block, path) };
    }
}
