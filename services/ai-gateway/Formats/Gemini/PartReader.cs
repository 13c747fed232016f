using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Reads one part of a candidate's content (https://ai.google.dev/api/caching#Part).</summary>
internal static class PartReader
{
    /// <summary>What Google's own tools leave behind; the gateway asks for none of them.</summary>
    private static readonly string[] s_ofServerTools = ["executableCode", "codeExecutionResult", "toolCall", "toolResponse"];

    public static Signature? SignatureOf(JsonElement part) =>
        part.StringOrNull("thoughtSignature") is { Length: > 0 } value ? new Signature(SignatureOrigin.Gemini, value) : null;

    /// <summary>Null when the part says nothing that has a place. Thoughts and calls carry their signature.</summary>
    /// <param name="calls">Tool calls of this answer so far: numbers the ids of those that have none.</param>
    public static Part? Read(JsonElement part, ConvertedCall call, ref int calls)
    {
        if (part.StringOrNull("text") is { } text)
            return part.Member("thought") is { ValueKind: JsonValueKind.True } ? new ThinkingPart(text, SignatureOf(part)) : new TextPart(text);
        if (part.ObjectOrNull("functionCall") is { } function)
            return ReadCall(function, SignatureOf(part), call, ref calls);
        if (part.ObjectOrNull("inlineData") is { } inline)
            return ReadMedia(new Media(inline.StringOrNull("mimeType"), inline.StringOrNull("data") ?? ""));
        if (part.ObjectOrNull("fileData") is { } file)
            return ReadMedia(new Media(file.StringOrNull("mimeType"), null, file.StringOrNull("fileUri") ?? ""));
        foreach (var name in s_ofServerTools)
        {
            if (part.Member(name) is not null)
                call.Notes.Drop(name);
        }

        return null;
    }

    private static Part ReadCall(JsonElement function, Signature? signature, ConvertedCall call, ref int calls)
    {
        var upstreamName = function.StringOrNull("name") ?? throw new JsonException("A function call has no name.");
        var arguments = function.ObjectOrNull("args") is { } args ? args.GetRawText() : "{}";
        if (call.UnwrappedTool is { } unwrapped && unwrapped == upstreamName)
            return new TextPart(arguments);
        var (space, name) = call.ToolNames.ToClient(upstreamName);
        var id = function.StringOrNull("id") is { Length: > 0 } given ? given : CallIds.Make(call.RequestId, calls);
        calls++;
        return new ToolCallPart(id, name, arguments) { Namespace = space, Signature = signature };
    }

    private static Part ReadMedia(Media media) => media.MediaType switch
    {
        { } type when type.StartsWith("audio/", StringComparison.Ordinal) => new AudioPart(media, type["audio/".Length..]),
        { } type when !type.StartsWith("image/", StringComparison.Ordinal) => new FilePart(media, null),
        _ => new ImagePart(media),
    };
}
