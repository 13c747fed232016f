using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Records that the call is about to leave. What cannot be recorded is not made.</summary>
internal sealed class BeginAuditStage(CallRecorder recorder) : IStage
{
    public bool AppliesTo(ISurface surface) => surface is ICallSurface;

    public async ValueTask<Refusal?> RunAsync(Exchange exchange)
    {
        exchange.Ticket = await recorder.BeginAsync(exchange);
        return exchange.Ticket is null ? Refusals.AuditUnavailable : null;
    }
}
