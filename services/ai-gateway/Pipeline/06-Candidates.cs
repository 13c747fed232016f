using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Who could answer, in which order. Pure computation.</summary>
internal sealed class CandidatesStage(FormatRegistry formats, RouteChoice choice) : IStage
{
    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        var format = ((ICallSurface)exchange.Surface).Format;
        foreach (var route in exchange.Model!.Routes)
        {
            if (formats.TargetFor(format, route.Upstream) is not null)
                exchange.Candidates.Add(route);
        }

        if (exchange.Candidates.Count == 0)
            return new(exchange.Surface is IEstimatingSurface ? null : Refusals.NoRoute(exchange.Model.ModelId));
        exchange.Decision = choice.Decide(exchange.Model, exchange.Principal!.Principal.UserId, exchange.Candidates);
        return default;
    }
}
