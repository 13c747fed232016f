using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>One step of the pipeline: does one thing and has one reason to refuse. Stateless towards requests; one instance serves all.</summary>
internal interface IStage
{
    /// <summary>False where a surface has no use for the step; asked once, when the surface is mapped.</summary>
    bool AppliesTo(ISurface surface);

    /// <summary>Null: go on with the next stage.</summary>
    ValueTask<Refusal?> RunAsync(Exchange exchange);
}
