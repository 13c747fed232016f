using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>What messages and deltas of a provider have in common. Providers vary: what looks unlike OpenAI's but is understood is taken.</summary>
internal static class AnswerContent
{
    /// <summary>Text and thoughts of a <c>content</c> that is a string, or, as Mistral has it, an array of parts. Surrogates may be cut.</summary>
    public static IEnumerable<(BlockKind Kind, string Text)> Pieces(JsonElement content)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            if (content.LooseStringOrNull() is { Length: > 0 } whole)
                yield return (BlockKind.Text, whole);
            yield break;
        }

        foreach (var item in content.EnumerateArray())
        {
            if (item.Member("text")?.LooseStringOrNull() is { Length: > 0 } text)
                yield return (BlockKind.Text, text);
            foreach (var thought in item.ItemsOrNone("thinking"))
            {
                if (thought.Member("text")?.LooseStringOrNull() is { Length: > 0 } thinking)
                    yield return (BlockKind.Thinking, thinking);
            }
        }
    }

    public static IEnumerable<Citation> Citations(JsonElement message)
    {
        foreach (var item in message.ItemsOrNone("annotations"))
        {
            if (item.ObjectOrNull("url_citation") is { } citation)
            {
                yield return new Citation(
                    citation.StringOrNull("url"), citation.StringOrNull("title"), null, (int)citation.CountOrZero("start_index"), (int)citation.CountOrZero("end_index"), null);
            }
        }
    }

    /// <summary>Images that a model made, in the field of compatible APIs that have them.</summary>
    public static IEnumerable<ImagePart> Images(JsonElement message)
    {
        foreach (var item in message.ItemsOrNone("images"))
        {
            if (item.ObjectOrNull("image_url")?.StringOrNull("url") is { Length: > 0 } url && Image(url) is { } image)
                yield return image;
        }
    }

    /// <summary>JSON text; some providers write the object itself.</summary>
    public static string Arguments(JsonElement given) => given.ValueKind == JsonValueKind.String ? given.LooseStringOrNull()! : given.GetRawText();

    private static ImagePart? Image(string url)
    {
        try
        {
            return new ImagePart(MediaText.FromUrl(url, "images"));
        }
        catch (ConversionException)
        {
            return null;
        }
    }
}
