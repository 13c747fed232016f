using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Citations of text blocks: their place in a document, a search result or the web.</summary>
internal static class CitationJson
{
    public static Citation Read(JsonElement citation) => new(
        citation.StringOrNull("url") ?? Web(citation.StringOrNull("source")),
        citation.StringOrNull("title") ?? citation.StringOrNull("document_title"),
        citation.StringOrNull("cited_text"),
        Start: null,
        End: null,
        citation.Clone());

    public static bool CanWrite(Citation citation) => citation.Url is not null || IsOwn(citation);

    /// <summary>False: it cannot be said here.</summary>
    public static bool TryWrite(Utf8JsonWriter json, Citation citation)
    {
        if (IsOwn(citation))
        {
            json.Raw(citation.Raw!.Value);
            return true;
        }

        if (citation.Url is null)
            return false;
        json.WriteStartObject();
        json.WriteString("type"u8, "web_search_result_location"u8);
        json.WriteString("url"u8, citation.Url);
        json.WriteString("title"u8, citation.Title);
        json.WriteString("cited_text"u8, citation.CitedText ?? "");
        json.WriteString("encrypted_index"u8, ""u8);
        json.WriteEndObject();
        return true;
    }

    private static bool IsOwn(Citation citation) => citation.Raw?.StringOrNull("type")?.EndsWith("_location", StringComparison.Ordinal) ?? false;

    private static string? Web(string? source) => source is not null && source.StartsWith("http", StringComparison.Ordinal) ? source : null;
}
