using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>What must differ in a request that a provider of Responses gets.</summary>
internal static class PassThroughEdits
{
    public static Edit[] Of(Exchange exchange, RouteCandidate candidate)
    {
        ref var facts = ref exchange.Facts;
        return string.Equals(candidate.UpstreamModel, facts.Model, StringComparison.Ordinal) ? [] : [new Edit(facts.ModelPiece, candidate.UpstreamModelJson)];
    }
}
