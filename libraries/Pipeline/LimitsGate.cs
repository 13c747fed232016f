using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Pipeline.Allotments;

namespace ThinkWatch.Pipeline;

/// <summary>What became of a check.</summary>
public enum LimitsVerdict
{
    Allowed,
    Refused,

    /// <summary>It could not be checked and passes, as the setting says: its usage has yet to be debited.</summary>
    PassedUnchecked,

    /// <summary>It could not be checked and is refused, as the setting says: 429 <c>rate_limiter_unavailable</c>.</summary>
    RefusedUnchecked,
}

/// <summary>The verdict; <paramref name="Reply"/> is set when limits answered.</summary>
public readonly record struct LimitsAnswer(LimitsVerdict Verdict, CheckReply? Reply);

/// <summary>The one question that a call asks limits, with a deadline, and the declared answer when there is none.</summary>
public sealed partial class LimitsGate(
    Limits.LimitsClient limits, AllotmentBook allotments, PipelinePolicy policy, IMeterFactory meters, TimeProvider time, ILogger<LimitsGate> log)
{
    private static readonly TimeSpan s_logEvery = TimeSpan.FromSeconds(5);

    private readonly CheckBatcher _batcher = new(limits);
    private readonly Counters _counters = new(meters);
    private readonly StrictCallers _strict = new();
    private long _loggedAt = long.MinValue;

    public ValueTask<LimitsAnswer> CheckAsync(CheckRequest request, CancellationToken cancellationToken) =>
        allotments.TryTake(request, out var reply) ? ValueTask.FromResult(new LimitsAnswer(LimitsVerdict.Allowed, reply)) : AskAsync(request, cancellationToken);

    private async ValueTask<LimitsAnswer> AskAsync(CheckRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var deadline = DateTime.UtcNow + policy.LimitsTimeout();
            var reply = await _batcher.CheckAsync(request, deadline).ConfigureAwait(false);
            _strict.Note(request, reply.Strict);
            if (reply.Undecided)
                return Unchecked(StatusCode.Unavailable, reply.Strict);
            if (reply.Allottable)
                allotments.Note(request);
            if (reply.Allowed)
                return new LimitsAnswer(LimitsVerdict.Allowed, reply);
            _counters.Limited.Add(1, new KeyValuePair<string, object?>("rule", reply.Refusal?.Label));
            return new LimitsAnswer(LimitsVerdict.Refused, reply);
        }
        catch (RpcException exception)
        {
            // The caller went: that says nothing about limits.
            cancellationToken.ThrowIfCancellationRequested();
            return Unchecked(exception.StatusCode, _strict.Contains(request));
        }
    }

    /// <summary>Asks limits what nothing depends on, the way that calls ask. True: it answered.</summary>
    internal async Task<bool> TryReachAsync(TimeSpan deadline)
    {
        var nobodys = new CheckRequest
        {
            OrgId = Guid.Empty.ToString(),
            Surface = "ai_gateway",
            Candidates = { new Candidate() },
            Estimate = new Usage(),
        };
        try
        {
            await _batcher.CheckAsync(nobodys, DateTime.UtcNow + deadline).ConfigureAwait(false);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    /// <summary>Whether a strict rule is known to apply to such calls: then limits wants to know what they cannot exceed.</summary>
    public bool IsStrict(CheckRequest request) => _strict.Contains(request);

    /// <summary>Moves a reservation to another candidate. Null: it is moved; else the rule of that candidate which refuses it.</summary>
    /// <param name="isStrict">Its check said that a strict rule applies, of a candidate's perhaps: what cannot be moved then stays where it is.</param>
    public async ValueTask<string?> MoveAsync(MoveRequest request, bool isStrict, CancellationToken cancellationToken)
    {
        try
        {
            var deadline = DateTime.UtcNow + policy.LimitsTimeout();
            var reply = await limits.MoveAsync(request, deadline: deadline, cancellationToken: cancellationToken).ConfigureAwait(false);
            return reply.Allowed ? null : reply.Refusal?.Label ?? "limit";
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Unchecked(exception.StatusCode, isStrict).Verdict == LimitsVerdict.PassedUnchecked ? null : "limits_unavailable";
        }
    }

    /// <param name="isStrict">A strict budget is never overdrawn, whatever the setting says.</param>
    private LimitsAnswer Unchecked(StatusCode status, bool isStrict)
    {
        var closed = isStrict || policy.LimitsFailClosed();
        var logged = Volatile.Read(ref _loggedAt);
        if ((logged == long.MinValue || time.GetElapsedTime(logged) > s_logEvery)
            && Interlocked.CompareExchange(ref _loggedAt, time.GetTimestamp(), logged) == logged)
            CannotCheck(status, closed ? "refused" : "let through unchecked");
        if (closed)
        {
            _counters.FailClosed.Add(1);
            return new LimitsAnswer(LimitsVerdict.RefusedUnchecked, null);
        }

        _counters.FailOpen.Add(1);
        _counters.BudgetFailOpen.Add(1);
        return new LimitsAnswer(LimitsVerdict.PassedUnchecked, null);
    }

    [LoggerMessage(310, LogLevel.Warning, "Limits cannot be checked ({Status}): calls are {Handling}")]
    private partial void CannotCheck(StatusCode status, string handling);

    private sealed class Counters
    {
        public Counters(IMeterFactory meters)
        {
            var meter = meters.Create("ThinkWatch.Pipeline");
            Limited = meter.CreateCounter<long>("gateway_rate_limited_total");
            FailOpen = meter.CreateCounter<long>("gateway_rate_limiter_fail_open_total");
            FailClosed = meter.CreateCounter<long>("gateway_rate_limiter_fail_closed_total");
            BudgetFailOpen = meter.CreateCounter<long>("gateway_budget_fail_open_total");
        }

        public Counter<long> Limited { get; }

        public Counter<long> FailOpen { get; }

        public Counter<long> FailClosed { get; }

        public Counter<long> BudgetFailOpen { get; }
    }
}
