using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Thoughts in a format that has no place for them. To read: <c>reasoning_content</c>, a string. To send back: <c>thinking_blocks</c> on the message, in
/// Anthropic's shape (<c>{type:"thinking",thinking,signature}</c>, <c>{type:"redacted_thinking",data}</c>), and on tool calls Google's own
/// <c>extra_content.google.thought_signature</c> (https://ai.google.dev/gemini-api/docs/openai). A client that appends the message that it got sends all of it back.
/// </summary>
internal static class ThinkingBlocks
{
    /// <summary>Thinking blocks are Anthropic's shape: its signatures stand in them as they are.</summary>
    private const SignatureOrigin Own = SignatureOrigin.Claude;

    /// <summary>Reads the thoughts of a client's assistant message.</summary>
    public static void Read(JsonElement message, string path, List<Part> parts)
    {
        if (JsonRead.OptionalArray(message, "thinking_blocks", path + ".thinking_blocks") is { } blocks)
        {
            var position = 0;
            foreach (var block in blocks.EnumerateArray())
            {
                if (ReadBlock(JsonRead.Object(block, path), $"{path}.thinking_blocks[{position++}]") is { } part)
                    parts.Add(part);
            }

            return;
        }

        if ((JsonRead.OptionalString(message, "reasoning_content", path + ".reasoning_content") ?? message.StringOrNull("reasoning")) is { Length: > 0 } text)
            parts.Add(new ThinkingPart(text, null));
    }

    /// <summary>A tool call's signature, if it is there and readable.</summary>
    public static Signature? OfCall(JsonElement toolCall) =>
        toolCall.ObjectOrNull("extra_content")?.ObjectOrNull("google")?.StringOrNull("thought_signature") is { Length: > 0 } text
            ? Signature.FromClient(text, SignatureOrigin.Gemini)
            : null;

    public static void WriteOfCall(Utf8JsonWriter json, Signature? signature)
    {
        if (signature is null)
            return;
        json.WriteStartObject("extra_content"u8);
        json.WriteStartObject("google"u8);
        json.WriteString("thought_signature"u8, signature.ToClient(SignatureOrigin.Gemini));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes those of the parts that are thoughts to be sent back; nothing when there are none.</summary>
    /// <param name="indexed">In streams: client libraries that put deltas together go by <c>index</c>.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Part> parts, bool indexed = false)
    {
        var count = 0;
        foreach (var part in parts)
        {
            if (part is not (ThinkingPart { Signature: not null } or HiddenThinkingPart))
                continue;
            if (count == 0)
                json.WriteStartArray("thinking_blocks"u8);
            json.WriteStartObject();
            if (indexed)
                json.WriteNumber("index"u8, count);
            count++;
            WriteBlock(json, part);
            json.WriteEndObject();
        }

        if (count > 0)
            json.WriteEndArray();
    }

    private static void WriteBlock(Utf8JsonWriter json, Part part)
    {
        if (part is ThinkingPart { Signature: { } signature } thought)
        {
            json.WriteString("type"u8, "thinking"u8);
            json.WriteString("thinking"u8, thought.Text);
            json.WriteString("signature"u8, signature.ToClient(Own));
        }
        else if (part is HiddenThinkingPart hidden)
        {
            json.WriteString("type"u8, "redacted_thinking"u8);
            json.Optional("id"u8, hidden.Id);
            json.WriteString("data"u8, hidden.Data.ToClient(Own));
        }
    }

    private static Part? ReadBlock(JsonElement block, string path)
    {
        if (JsonRead.OptionalString(block, "type", path + ".type") == "redacted_thinking")
            return new HiddenThinkingPart(Signature.FromClient(JsonRead.RequiredString(block, "data", path + ".data"), Own), JsonRead.OptionalString(block, "id", path + ".id"));
        var signature = JsonRead.OptionalString(block, "signature", path + ".signature");
        return new ThinkingPart(JsonRead.OptionalString(block, "thinking", path + ".thinking") ?? "", string.IsNullOrEmpty(signature) ? null : Signature.FromClient(signature, Own));
    }
}
