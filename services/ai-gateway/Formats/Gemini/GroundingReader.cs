using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>
/// Reads where a candidate's text comes from: grounding (https://ai.google.dev/gemini-api/docs/google-search) and recited works
/// (https://ai.google.dev/api/generate-content#citationmetadata). Both count in bytes of UTF-8.
/// </summary>
internal sealed class GroundingReader(JsonElement candidate)
{
    /// <summary>The citations of the content's part of that number.</summary>
    public List<Citation> Of(int partNumber, string text)
    {
        var found = new List<Citation>();
        foreach (var (part, citation) in All())
        {
            if (part == partNumber)
                found.Add(citation with { Start = ToCharacters(text, citation.Start), End = ToCharacters(text, citation.End) });
        }

        return found;
    }

    /// <summary>All of them with the number of their part; places in bytes.</summary>
    public IEnumerable<(long Part, Citation Citation)> All()
    {
        if (candidate.ObjectOrNull("groundingMetadata") is { } grounding)
        {
            foreach (var support in grounding.ItemsOrNone("groundingSupports"))
            {
                foreach (var one in OfSupport(grounding, support))
                    yield return one;
            }
        }

        if (candidate.ObjectOrNull("citationMetadata") is not { } recited)
            yield break;
        foreach (var source in recited.ItemsOrNone("citations").Concat(recited.ItemsOrNone("citationSources")))
            yield return (0, new Citation(source.StringOrNull("uri"), source.StringOrNull("title"), null, Place(source, "startIndex"), Place(source, "endIndex"), source));
    }

    private static IEnumerable<(long Part, Citation Citation)> OfSupport(JsonElement grounding, JsonElement support)
    {
        if (support.ObjectOrNull("segment") is not { } segment || grounding.Member("groundingChunks") is not { ValueKind: JsonValueKind.Array } chunks)
            yield break;
        foreach (var index in support.ItemsOrNone("groundingChunkIndices"))
        {
            if (index.ValueKind != JsonValueKind.Number || !index.TryGetInt32(out var at) || at < 0 || at >= chunks.GetArrayLength())
                continue;
            var source = chunks[at].ObjectOrNull("web") ?? chunks[at].ObjectOrNull("retrievedContext") ?? chunks[at].ObjectOrNull("maps");
            if (source is not { } known)
                continue;
            yield return (segment.CountOrZero("partIndex"), new Citation(
                known.StringOrNull("uri"), known.StringOrNull("title"), segment.StringOrNull("text"), Place(segment, "startIndex"), Place(segment, "endIndex"), known));
        }
    }

    /// <summary>A start of zero is left out on the wire.</summary>
    private static int Place(JsonElement element, string name) => (int)Math.Min(int.MaxValue, element.CountOrZero(name));

    private static int? ToCharacters(string text, int? bytes)
    {
        var characters = 0;
        var counted = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (counted >= bytes)
                break;
            counted += rune.Utf8SequenceLength;
            characters += rune.Utf16SequenceLength;
        }

        return characters;
    }
}
