using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Who could answer, in which order. Pure computation.</summary>
internal sealed class CandidatesStage(FormatRegistry formats, Random random) : IStage
{
    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        var surface = (ICallSurface)exchange.Surface;
        exchange.RoutingReason = RouteOrder.Draw(exchange.Model!.Routes, exchange.Candidates, random);
        for (var i = exchange.Candidates.Count - 1; i >= 0; i--)
        {
            if (formats.TargetFor(surface.Format, exchange.Candidates[i].Upstream) is null)
                exchange.Candidates.RemoveAt(i);
        }

        return new(exchange.Candidates.Count == 0 && surface is not IEstimatingSurface ? Refusals.NoRoute(exchange.Model.ModelId) : null);
    }
}
