using System.Globalization;
using Grpc.Core;
using StackExchange.Redis;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Checks;

/// <summary>
/// Counts calls before they come, so that a busy gateway need not ask for each of them, and takes back what it did not use. What is counted ahead is never
/// more than a small part of what every limit has left: near a limit each call is checked on its own.
/// </summary>
internal sealed class Allotting(CheckPlanner planner, AllotScript allot, AdjustScript adjust, IConnectionMultiplexer redis)
{
    private const int PartOfRoom = 64;
    private const int Attempts = 5;

    /// <summary>A gateway gives back within seconds, or died.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(15);

    /// <exception cref="RpcException">ALREADY_EXISTS: a repeat.</exception>
    public async Task<AllotReply> AllotAsync(Guid orgId, AllotRequest request, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var plan = planner.Plan(orgId, request.Call);
        if (!plan.IsAllottable) return new AllotReply();
        if (plan.IsEmpty) return new AllotReply { Calls = request.Calls };
        var key = CallRecord.KeyOf(orgId, request.Call.RequestId);
        var (calls, sums) = await allot.RunAsync(orgId, key, plan.Common, request.Calls, PartOfRoom, s_kept, deadline, cancellationToken);

        // Whether the first time counted anything nobody here can tell: its gateway gives back whatever it was.
        if (calls < 0) throw new RpcException(new Status(StatusCode.AlreadyExists, "this allotment was asked for before, or given back"));
        return calls == 0 ? new AllotReply() : new AllotReply { Calls = calls, Requests = CheckReplies.Tightest(plan, Metric.Requests, sums, 0) };
    }

    /// <summary>False: it was given back already. An allotment that is not there yet will not be any more: its gateway knows nothing of it.</summary>
    public async Task<bool> GiveBackAsync(Guid orgId, GiveBackRequest request, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var key = CallRecord.KeyOf(orgId, request.RequestId);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            string? text = await redis.GetDatabase().StringGetAsync(key).WaitAsync(deadline, cancellationToken);
            if (text == CallRecord.Settled) return false;
            Change[] changes = text is null ? [] : Unused(orgId, text, request.Unused);
            var verdict = await adjust.RunAsync(orgId, new Adjustment(key, text, CallRecord.Settled, s_kept, null, changes), deadline, cancellationToken);
            if (verdict.Status == AdjustStatus.Done) return true;
        }

        throw new TimeoutException("The allotment's record never stood still.");
    }

    /// <param name="unused">A gateway that never heard how many were counted gives back all it wanted.</param>
    private static Change[] Unused(Guid orgId, string text, int unused)
    {
        var record = CallRecord.Parse(text);
        var counted = long.Parse(text.AsSpan(text.LastIndexOf('\n') + 1), CultureInfo.InvariantCulture);
        return [.. record.Common.Select(held => new Change(Settling.MeterOf(orgId, held), record.CheckedAt, held.Counted * Math.Min(counted, unused), 0, 0))];
    }
}
