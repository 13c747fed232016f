using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Pipeline;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>
/// Ends every request, however it went, exactly once: settles what was reserved, prices, completes the row, measures. Not one of the stages that may be
/// skipped: the pipeline runs it when they are done.
/// </summary>
internal sealed class FinishStage(CallRecorder recorder, Settlements settlements, GatewayMetrics metrics, BodyMemory memory, TimeProvider time)
{
    public void Run(Exchange exchange)
    {
        if (exchange.ClientIsGone && exchange.Refusal is null && exchange.Surface is ICallSurface && exchange.ClientFirstByteAt == 0)
            exchange.Refusal = Refusals.ClientGone;
        var figures = CallFigures.Of(exchange, time);
        recorder.Finish(exchange, figures, Settle(exchange, figures));
        metrics.Finished(exchange, figures);
        memory.Release(exchange.ReservedBytes);
    }

    /// <summary>True when limits knows, or is about to be told, what was used: then the spool says with the row whether it answered.</summary>
    private bool Settle(Exchange exchange, in CallFigures figures)
    {
        if (exchange.Limits.Reply is not { } reply)
            return SettleUnchecked(exchange);
        if (!reply.Reserved)
            return true;
        var usage = figures.Usage.GetValueOrDefault();
        var call = exchange.Question!;
        call.Candidates.Clear();
        if (exchange.Chosen is { } chosen)
            call.Candidates.Add(chosen.Limits);
        var request = new SettleRequest
        {
            RequestId = exchange.IdText,
            OrgId = exchange.Principal!.Principal.OrgId,
            Actual = new Usage
            {
                InputTokens = usage.Input,
                OutputTokens = usage.Output,
                WeightedTokens = figures.WeightedTokens,
                UsdMicros = figures.CostUsd is { } cost ? CallBound.Micros(cost) : 0,
                Unpriced = figures.Usage is not null && figures.CostUsd is null,
            },
            NotCalled = exchange.Chosen is null,
            Call = call,
            CreatedAtMs = exchange.CreatedAt.ToUnixTimeMilliseconds(),
        };
        if (exchange.Ticket is not { } ticket)
            return settlements.TryEnqueue(request);
        ticket.Settling();
        if (settlements.TryEnqueue(request, ticket.Settled))
            return true;
        ticket.Settled();
        return false;
    }

    /// <summary>Of what passed audit-ingest tells limits. What was refused may be counted all the same, when only the answer was lost: it is given back.</summary>
    private bool SettleUnchecked(Exchange exchange)
    {
        if (exchange.Limits.Verdict == LimitsVerdict.RefusedUnchecked)
            settlements.TryEnqueue(new SettleRequest { RequestId = exchange.IdText, OrgId = exchange.Principal!.Principal.OrgId, NotCalled = true });
        return exchange.Ticket is null || exchange.Limits.Verdict != LimitsVerdict.PassedUnchecked;
    }
}
