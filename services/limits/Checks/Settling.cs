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
    public async Task<bool> SettleAsync(Guid orgId, SettleRequest request, TimeSpan deadline, CancellationToken cancellationToken) =>
        (await SettleAsync(orgId, [request], deadline, cancellationToken))[0];

    /// <summary>Several calls' in one go. What of them was overtaken is begun anew; so is a call that is told twice, whose second time finds it settled.</summary>
    public async Task<bool[]> SettleAsync(Guid orgId, IReadOnlyList<SettleRequest> requests, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var applied = new bool[requests.Count];
        var open = Enumerable.Range(0, requests.Count).ToList();
        for (var attempt = 0; attempt < Attempts && open.Count > 0; attempt++)
        {
            var keys = open.ConvertAll(i => CallRecord.KeyOf(orgId, requests[i].RequestId));
            var texts = await ReadAsync(keys, deadline, cancellationToken);
            var (places, adjustments) = (new List<int>(open.Count), new List<Adjustment>(open.Count));
            for (var j = 0; j < keys.Count; j++)
            {
                if (AdjustmentOf(orgId, requests[open[j]], keys[j], texts[j]) is not { } adjustment) continue;
                places.Add(open[j]);
                adjustments.Add(adjustment);
            }

            open.Clear();
            if (adjustments.Count == 0) break;
            var verdicts = await script.RunAsync(orgId, adjustments, deadline, cancellationToken);
            for (var j = 0; j < verdicts.Length; j++)
            {
                if (verdicts[j].Status == AdjustStatus.Overtaken)
                {
                    open.Add(places[j]);
                    continue;
                }

                await alerts.LookAsync(adjustments[j].Changes, verdicts[j].Sums, cancellationToken);
                applied[places[j]] = !IsUnheardOf(requests[places[j]], adjustments[j].Expected);
            }
        }

        return open.Count == 0 ? applied : throw new TimeoutException("The call's record never stood still.");
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
            var adjustment = new Adjustment(key, text, moved.ToString(), 2 * lease(), now + (long)lease().TotalMilliseconds, changes);
            var verdict = await script.RunAsync(orgId, adjustment, deadline, cancellationToken);
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
        await script.RunAsync(orgId, new Adjustment(recordKey, text, released.ToString(), LateSettledKept, null, changes), deadline, cancellationToken);
    }

    private async Task<string?> ReadAsync(string key, TimeSpan deadline, CancellationToken cancellationToken) =>
        await redis.GetDatabase().StringGetAsync(key).WaitAsync(deadline, cancellationToken);

    private async Task<string?[]> ReadAsync(List<string> keys, TimeSpan deadline, CancellationToken cancellationToken) => keys.Count == 1
        ? [await ReadAsync(keys[0], deadline, cancellationToken)]
        : Array.ConvertAll(await redis.GetDatabase().StringGetAsync([.. keys.Select(static key => (RedisKey)key)]).WaitAsync(deadline, cancellationToken), static text => (string?)text);

    /// <summary>Null: there is nothing to do.</summary>
    private Adjustment? AdjustmentOf(Guid orgId, SettleRequest request, string key, string? text)
    {
        if (text == CallRecord.Settled) return null;
        var changes = IsUnheardOf(request, text) ? [] : text is not null ? Changes(orgId, CallRecord.Parse(text), request) : Debits(orgId, request);
        return request.Replay && changes.Length == 0 ? null : new Adjustment(key, text, CallRecord.Settled, request.Late ? LateSettledKept : SettledKept, null, changes);
    }

    /// <summary>Whose check may still be on its way has no record yet: what is written then says that it comes too late.</summary>
    private static bool IsUnheardOf(SettleRequest request, string? text) => text is null && request.Call is null;

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
