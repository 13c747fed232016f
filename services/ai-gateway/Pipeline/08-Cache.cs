using ThinkWatch.AiGateway.Caching;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Looks whether the very same question has been answered already. What is found is written by <see cref="CallStage"/>, under a row like any other.</summary>
internal sealed class CacheStage(CachePolicy policy, ResponseCache? cache = null) : IStage
{
    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public async ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        exchange.CacheSlot = cache is null ? null : policy.SlotOf(exchange);
        if (exchange.CacheSlot is not null)
            exchange.Cached = await cache!.FindAsync(exchange.CacheSlot.Key, exchange.Cancelled);
        exchange.Http.Response.Headers["x-cache"] = exchange.CacheResult;
        return null;
    }
}
