using System.Text.Json;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.StoredResponses;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>
/// What must differ in a request that a provider of Responses gets: the model's name; what the gateway has put in front of the input, where the provider has
/// that itself; thoughts that it did not think.
/// </summary>
internal static class PassThroughEdits
{
    private static readonly byte[] s_null = "null"u8.ToArray();

    public static Edit[] Of(Exchange exchange, RouteCandidate candidate)
    {
        ref var facts = ref exchange.Facts;
        var edits = new List<Edit>(3);
        if (!string.Equals(candidate.UpstreamModel, facts.Model, StringComparison.Ordinal))
            edits.Add(new Edit(facts.ModelPiece, candidate.UpstreamModelJson));
        var hasItself = exchange.Recalled is { } recalled && recalled.ProviderId == candidate.Upstream.Id;
        if (exchange.Recalled is not null && !hasItself)
            edits.Add(new Edit(facts.PreviousResponsePiece, s_null));
        if (exchange.Recalled is not null || facts.HasForeignThoughts)
        {
            var known = exchange.Recalled?.Items ?? 0;
            var input = exchange.Body.WrittenSpan.Slice(facts.InputPiece.Start, facts.InputPiece.Length);
            edits.Add(new Edit(facts.InputPiece, InputItems.Filter(input, (index, item) => index >= known ? !IsForeign(item) : !hasItself && !IsForeign(item) && !IsElsewhere(item))));
        }

        if (edits.Count > 1)
            edits.Sort(static (a, b) => a.At.Start.CompareTo(b.At.Start));
        return [.. edits];
    }

    private static bool IsForeign(JsonElement item) => item.StringOrNull("encrypted_content")?.StartsWith(ThoughtText.Prefix, StringComparison.Ordinal) == true;

    /// <summary>Thoughts that another account keeps under their id: here the id means nothing.</summary>
    private static bool IsElsewhere(JsonElement item) => item.StringOrNull("type") == "reasoning" && item.StringOrNull("encrypted_content") is null;
}
