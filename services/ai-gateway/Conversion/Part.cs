using System.Text.Json;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>A prompt-cache point behind the part or tool that carries it. <paramref name="Ttl"/>: <c>5m</c>, <c>1h</c>, or null for the provider's default.</summary>
internal sealed record CachePoint(string? Ttl);

/// <summary>One piece of a message.</summary>
internal abstract record Part
{
    public CachePoint? Cache { get; init; }
}

internal sealed record TextPart(string Text) : Part
{
    /// <summary>Where the text comes from; only in answers and in answers sent back.</summary>
    public IReadOnlyList<Citation> Citations { get; init; } = [];
}

/// <summary>A source of a piece of text. What a format cannot say stays null.</summary>
/// <param name="Raw">The citation as its provider wrote it, for the way back to the same kind of provider.</param>
internal sealed record Citation(string? Url, string? Title, string? CitedText, int? Start, int? End, JsonElement? Raw);

/// <summary>Bytes by value or by reference. Exactly one of <paramref name="Base64"/>, <paramref name="Url"/> and <paramref name="FileId"/> is set.</summary>
/// <param name="MediaType">MIME type; null when only an address is known.</param>
/// <param name="FileId">An id in the provider's own file store: means nothing to another provider.</param>
internal sealed record Media(string? MediaType, string? Base64, string? Url = null, string? FileId = null);

/// <param name="Detail">OpenAI's <c>low</c>, <c>high</c>, <c>auto</c>.</param>
internal sealed record ImagePart(Media Media, string? Detail = null) : Part;

/// <summary>A document: PDF, plain text and so on. Plain text by value is base64 here too.</summary>
internal sealed record FilePart(Media Media, string? Name) : Part
{
    /// <summary>Anthropic's <c>context</c> of a document.</summary>
    public string? Context { get; init; }

    /// <summary>The answer shall cite this document.</summary>
    public bool? Citations { get; init; }
}

/// <param name="Format"><c>wav</c>, <c>mp3</c> …</param>
internal sealed record AudioPart(Media Media, string Format) : Part;

/// <param name="Id">As the client knows it, or will.</param>
/// <param name="Arguments">JSON text, as the model wrote it; may be empty.</param>
internal sealed record ToolCallPart(string Id, string Name, string Arguments) : Part
{
    /// <summary>Gemini's thought signature on the call.</summary>
    public Signature? Signature { get; init; }

    /// <summary>The Responses API's namespace of the tool.</summary>
    public string? Namespace { get; init; }
}

/// <param name="Content">Text, images and files.</param>
internal sealed record ToolResultPart(string CallId, List<Part> Content, bool IsError) : Part
{
    /// <summary>The tool's name; readers that only see the id leave it null, <see cref="ToolNames.NameOfCall"/> finds it.</summary>
    public string? Name { get; init; }
}

/// <summary>What the model thought. With a signature the provider accepts it back; without it is only there to be read.</summary>
internal sealed record ThinkingPart(string Text, Signature? Signature) : Part;

/// <summary>Thoughts that nobody but their provider can read: Anthropic's redacted thinking, OpenAI's encrypted reasoning.</summary>
/// <param name="Id">OpenAI's id of the reasoning item.</param>
internal sealed record HiddenThinkingPart(Signature Data, string? Id = null) : Part;

internal sealed record RefusalPart(string Text) : Part;
