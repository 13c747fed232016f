using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>A policy on what a request says: content rules, redaction. Registered policies run in the order of their registration.</summary>
internal interface IGuardPolicy
{
    /// <summary>Null: nothing against it.</summary>
    Refusal? Inspect(Exchange exchange);
}

/// <summary>Lets every guard policy look at the request before anything leaves the gateway.</summary>
internal sealed class GuardStage(IEnumerable<IGuardPolicy> policies) : IStage
{
    private readonly IGuardPolicy[] _policies = [.. policies];

    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        foreach (var policy in _policies)
        {
            if (policy.Inspect(exchange) is { } refusal)
                return new(refusal);
        }

        return default;
    }
}
