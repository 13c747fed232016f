using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>No response cache is configured: every call goes to its provider, and says so.</summary>
internal sealed class CacheStage : IStage
{
    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        exchange.Http.Response.Headers["x-cache"] = "bypass";
        return default;
    }
}
