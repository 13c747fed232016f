using StackExchange.Redis;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Checks;

/// <summary>
/// What becomes of a reservation: it moves with a failover, is swapped for real usage once, or is released when its lease ends. The call's record in Redis
/// tells what it holds, so that any replica can do it; a change that somebody else overtook is begun anew.
/// </summary>
internal sealed class Settling(CheckPlanner planner, AdjustScript script, IConnectionMultiplexer redis, Func<TimeSpan> lease, BudgetAlerts alerts, TimeProvider time)
{
    private const int Attempts = 5;

    /// <summary>How long a repeat is known to be one.</summary>
    private static readonly TimeSpan SettledKept = TimeSpan.FromMinutes(15);

    /// <summary>What comes from the audit record may come again much later.</summary>
    private static readonly TimeSpan LateSettledKept = TimeSpan.FromHours(24);

    /// <summary>False: it has been settled already, or there is nothing to settle.</summary>
    public async Task<bool> SettleAsync(Guid orgId, SettleRequest request, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var key = CallRecord.KeyOf(orgId, request.RequestId);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var text = await ReadAsync(key, deadline, cancellationToken);
            if (text == CallRecord.Settled) return false;

            // Whose check may still be on its way has no record yet: what is written here says that it comes too late.
            var isUnheardOf = text is null && request.Call is null;
            var changes = isUnheardOf ? [] : text is not null ? Changes(orgId, CallRecord.Parse(text), request) : Debits(orgId, request);
            if (request.Replay && changes.Length == 0) return false;
            var keep = request.Late ? LateSettledKept : SettledKept;
            var verdict = await script.RunAsync(orgId, key, text, CallRecord.Settled, keep, null, changes, deadline, cancellationToken);
            if (verdict.Status == AdjustStatus.Overtaken) continue;
            await alerts.LookAsync(changes, verdict.Sums, cancellationToken);
            return !isUnheardOf;
        }

        throw new TimeoutException("The call's record never stood still.");
    }

    /// <summary>Gives the old candidate's part back and takes the new one's, or neither.</summary>
    public async Task<MoveReply> MoveAsync(Guid orgId, MoveRequest request, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var key = CallRecord.KeyOf(orgId, request.RequestId);
        var wanted = planner.SharesOf(orgId, request.Candidate, request.Estimate, request.Bound);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var text = await ReadAsync(key, deadline, cancellationToken);
            if (text is null or CallRecord.Settled) return new MoveReply { Allowed = true };
            var record = CallRecord.Parse(text);
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var moved = record with
            {
                TakenAt = now,
                Candidate = [.. wanted.Select(static s => new Held(s.Meter.Counter, s.Meter.Width, s.Meter.Metric, s.Counted, s.Estimate))],
            };
            Change[] changes =
            [
                .. record.Candidate.Select(held => new Change(MeterOf(orgId, held), record.TakenAt, held.Counted, 0, 0)),
                .. wanted.Select(static share => new Change(share.Meter, 0, 0, share.Needed, share.Counted)),
            ];
            var verdict = await script.RunAsync(orgId, key, text, moved.ToString(), 2 * lease(), now + (long)lease().TotalMilliseconds, changes, deadline, cancellationToken);
            if (verdict.Status == AdjustStatus.Overtaken) continue;
            return verdict.Refusing is { } meter ? new MoveReply { Refusal = RefusalOf(meter, verdict) } : new MoveReply { Allowed = true };
        }

        throw new TimeoutException("The call's record never stood still.");
    }

    /// <summary>A call that nobody settled holds nothing any more; what it used can still be booked.</summary>
    public async Task ReleaseAsync(Guid orgId, string recordKey, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var text = await ReadAsync(recordKey, deadline, cancellationToken);
        if (text is null or CallRecord.Settled)
        {
            await redis.GetDatabase().SortedSetRemoveAsync(CallRecord.LeasesOf(orgId), recordKey).WaitAsync(deadline, cancellationToken);
            return;
        }

        var record = CallRecord.Parse(text);
        var released = record.Released();
        Change[] changes =
        [
            .. record.Common.Select(held => new Change(MeterOf(orgId, held), record.CheckedAt, held.Counted, 0, 0)),
            .. record.Candidate.Where(static held => held.Metric != Metric.Requests).Select(held => new Change(MeterOf(orgId, held), record.TakenAt, held.Counted, 0, 0)),
        ];
        await script.RunAsync(orgId, recordKey, text, released.ToString(), LateSettledKept, null, changes, deadline, cancellationToken);
    }

    private async Task<string?> ReadAsync(string key, TimeSpan deadline, CancellationToken cancellationToken) =>
        await redis.GetDatabase().StringGetAsync(key).WaitAsync(deadline, cancellationToken);

    /// <summary>The reservation taken back, real usage counted where it was.</summary>
    private static Change[] Changes(Guid orgId, CallRecord record, SettleRequest request) =>
    [
        .. record.Common.Select(held => ChangeOf(orgId, held, record.CheckedAt, request)),
        .. record.Candidate.Where(held => held.Metric != Metric.Requests || request.NotCalled).Select(held => ChangeOf(orgId, held, record.TakenAt, request)),
    ];

    private static Change ChangeOf(Guid orgId, Held held, long at, SettleRequest request)
    {
        var used = held.Metric == Metric.Requests ? 0 : request.Unknown ? Math.Max(held.Counted, held.Estimate) : CheckPlanner.AmountOf(held.Metric, request.Actual);
        return new Change(MeterOf(orgId, held), at, held.Counted, 0, used);
    }

    /// <summary>What a call used that has no record. One that is told again had its requests counted when it was checked.</summary>
    private Change[] Debits(Guid orgId, SettleRequest request)
    {
        var call = request.Call;
        var plan = planner.Plan(orgId, call);
        var shares = request.NotCalled || call.Candidates.Count == 0
            ? plan.Common
            : [.. plan.Common, .. planner.SharesOf(orgId, call.Candidates[0], call.Estimate, call.Bound)];
        return
        [
            .. shares.Where(share => !request.Replay || share.Meter.Metric != Metric.Requests).Select(share => new Change(
                share.Meter, request.CreatedAtMs, 0, 0, request.Unknown ? share.Estimate : CheckPlanner.AmountOf(share.Meter.Metric, request.Actual))),
        ];
    }

    public static Meter MeterOf(Guid orgId, Held held) =>
        new(orgId, held.Counter, "", held.Metric, held.Width > 0 ? (int)(held.Width * Rules.Windows.Buckets / 1000) : 0, held.Period, 0, Strict: false);

    private static Refusal RefusalOf(Meter meter, AdjustVerdict verdict) =>
        new() { Label = meter.Label, Limit = meter.Limit, Current = verdict.Current, RetryAfterMs = verdict.RetryMs, Budget = meter.IsBudget };
}
