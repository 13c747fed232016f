using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Caching;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Pipeline;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Has the call answered: one candidate after another, until the first byte has reached the client.</summary>
internal sealed class CallStage(UpstreamCaller caller, LimitsGate limits, RouteAffinity affinity, CachedAnswers cached, ISettings settings, GatewayMetrics metrics) : IStage
{
    public bool AppliesTo(ISurface surface) => surface is not UnknownSurface;

    public ValueTask<Refusal?> RunAsync(Exchange exchange) =>
        exchange.Surface is IOwnSurface own ? own.AnswerAsync(exchange) : CallAsync(exchange);

    private async ValueTask<Refusal?> CallAsync(Exchange exchange)
    {
        if (exchange.Cached is { } known)
            return await cached.ReplayAsync(exchange, known);
        if (exchange is { Candidates.Count: 0, Surface: IEstimatingSurface estimating })
            return await estimating.EstimateAsync(exchange);
        Refusal? last = null;
        RouteCandidate? previous = null;
        foreach (var candidate in exchange.Candidates)
        {
            if (previous is not null && !await FallOverAsync(exchange, previous, candidate))
                continue;
            previous = candidate;
            if (!await TryEnterAsync(exchange, candidate))
            {
                exchange.Attempts.Add(new Attempt(candidate, 0, "busy", 0));
                last ??= Refusals.ProviderBusy;
                continue;
            }

            CallResult result;
            try
            {
                result = await caller.CallAsync(exchange, candidate);
            }
            finally
            {
                candidate.Upstream.Gate.Leave();
            }

            if (result.Refusal is null)
                Answered(exchange, candidate);
            if (result.IsFinal)
                return result.Refusal;
            last = result.Refusal;
        }

        return last;
    }

    private void Answered(Exchange exchange, RouteCandidate candidate)
    {
        cached.Keep(exchange);
        if (exchange.Decision.Affinity != RouteAffinity.None)
            affinity.Remember(exchange.Principal!.Principal.UserId, exchange.Model!.ModelId, candidate);
    }

    /// <summary>A busy provider is passed over; the last one is waited for a little.</summary>
    private ValueTask<bool> TryEnterAsync(Exchange exchange, RouteCandidate candidate)
    {
        var maximum = settings.Get(SettingsRegistry.Gateway.MaxConcurrentPerProvider);
        return ReferenceEquals(candidate, exchange.Candidates[^1])
            ? candidate.Upstream.Gate.EnterAsync(maximum, UpstreamGate.Patience, exchange.Cancelled)
            : new(candidate.Upstream.Gate.TryEnter(maximum));
    }

    /// <summary>Moves the reservation on. False: the next candidate is at its own limit.</summary>
    private async ValueTask<bool> FallOverAsync(Exchange exchange, RouteCandidate from, RouteCandidate to)
    {
        if (exchange.Limits.Reply is { Reserved: true } reply)
        {
            var move = new MoveRequest
            {
                RequestId = exchange.IdText,
                OrgId = exchange.Principal!.Principal.OrgId,
                Candidate = to.Limits,
                Estimate = exchange.Question!.Estimate,
                Bound = exchange.Question.Bound,
            };
            if (await limits.MoveAsync(move, reply.Strict, exchange.Cancelled) is { } rule)
            {
                exchange.Excluded.Add(new Routing.Exclusion(to, rule));
                exchange.Attempts.Add(new Attempt(to, 0, "limit", 0));
                return false;
            }
        }

        exchange.Fallbacks++;
        metrics.FellOver(from.Upstream, to.Upstream);
        return true;
    }
}
