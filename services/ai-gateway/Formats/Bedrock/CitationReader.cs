using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Reads a citation (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html), alike whole and streamed.</summary>
internal static class CitationReader
{
    public static Citation Read(JsonElement said)
    {
        var words = string.Concat(said.ItemsOrNone("sourceContent").Select(static piece => piece.StringOrNull("text")));
        var location = said.ObjectOrNull("location");
        var place = location?.ObjectOrNull("documentChar");
        return new Citation(
            location?.ObjectOrNull("web")?.StringOrNull("url") ?? said.StringOrNull("source"), said.StringOrNull("title"), words.Length == 0 ? null : words,
            Place(place, "start"), Place(place, "end"), said.Clone());
    }

    private static int? Place(JsonElement? place, string name) => place is { } known ? (int)Math.Min(int.MaxValue, known.CountOrZero(name)) : null;
}
