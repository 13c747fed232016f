using Grpc.Core;
using StackExchange.Redis;
using ThinkWatch.Limits.Counters;
using Wire = ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Limits.Checks;

/// <summary>
/// Answers the gateways. UNAVAILABLE, or a reply that is <c>undecided</c>, means that nothing could be decided: whether the request then passes is the
/// gateway's declared policy, not decided here.
/// </summary>
internal sealed class LimitsService(CheckPlanner planner, CheckScript script, Settling settling, Allotting allotting, TimeProvider time) : Wire.Limits.LimitsBase
{
    private const int LargestBatch = 1024;

    /// <summary>How many are settled in one go: the store does nothing else meanwhile.</summary>
    private const int SettledAtOnce = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    public override Task<Wire.CheckBatchReply> Check(Wire.CheckBatch request, ServerCallContext context) => CheckAsync(request, context.Deadline, context.CancellationToken);

    internal async Task<Wire.CheckBatchReply> CheckAsync(Wire.CheckBatch request, DateTime deadline, CancellationToken cancellationToken)
    {
        Demand();
        if (request.Checks.Count > LargestBatch) throw Invalid("too many checks in one batch");
        var replies = new Wire.CheckReply[request.Checks.Count];
        var organizations = Sort(request, replies);
        if (organizations.Count == 1)
        {
            foreach (var (org, groups) in organizations) await CheckAsync(org, groups, request, replies, deadline, cancellationToken);
        }
        else
        {
            // Each organisation's counters may live elsewhere: none waits for another's.
            await Task.WhenAll(organizations.Select(pair => CheckAsync(pair.Key, pair.Value, request, replies, deadline, cancellationToken)));
        }

        var answer = new Wire.CheckBatchReply();
        answer.Replies.AddRange(replies);
        return answer;
    }

    public override Task<Wire.MoveReply> Move(Wire.MoveRequest request, ServerCallContext context)
    {
        Demand();
        return AnswerAsync(() => settling.MoveAsync(OrgOf(request.OrgId), request, Remaining(context.Deadline), context.CancellationToken));
    }

    public override Task<Wire.SettleReply> Settle(Wire.SettleRequest request, ServerCallContext context)
    {
        Demand();
        return AnswerAsync(async () => new Wire.SettleReply { Applied = (await SettleAsync(OrgOf(request.OrgId), [request], context.Deadline, context.CancellationToken))[0] });
    }

    public override Task<Wire.SettleBatchReply> SettleAll(Wire.SettleBatch request, ServerCallContext context) => SettleAllAsync(request, context.Deadline, context.CancellationToken);

    internal async Task<Wire.SettleBatchReply> SettleAllAsync(Wire.SettleBatch request, DateTime deadline, CancellationToken cancellationToken)
    {
        Demand();
        if (request.Settlements.Count > LargestBatch) throw Invalid("too many settlements in one batch");
        var groups = request.Settlements.GroupBy(static one => one.OrgId, StringComparer.Ordinal).SelectMany(static group => group.Chunk(SettledAtOnce));
        await AnswerAsync(() => Task.WhenAll(groups.Select(group => SettleAsync(OrgOf(group[0].OrgId), group, deadline, cancellationToken))));
        return new Wire.SettleBatchReply();
    }

    public override Task<Wire.AllotReply> Allot(Wire.AllotRequest request, ServerCallContext context)
    {
        Demand();
        if (request.Call is null || request.Calls is < 1 or > LargestBatch) throw Invalid("an allotment is of 1 to 1024 calls of one kind");
        return AnswerAsync(() => allotting.AllotAsync(OrgOf(request.Call.OrgId), request, Remaining(context.Deadline), context.CancellationToken));
    }

    public override Task<Wire.GiveBackReply> GiveBack(Wire.GiveBackRequest request, ServerCallContext context)
    {
        Demand();
        if (request.Unused < 0) throw Invalid("less than nothing is given back");
        return AnswerAsync(async () => new Wire.GiveBackReply
        {
            Applied = await allotting.GiveBackAsync(OrgOf(request.OrgId), request, Remaining(context.Deadline), context.CancellationToken),
        });
    }

    private void Demand()
    {
        if (!planner.IsLoaded) throw new RpcException(new Status(StatusCode.Unavailable, "the rules have not been read yet"));
    }

    private static async Task<T> AnswerAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (IsStoreAway(e))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the counters cannot be reached"));
        }
    }

    private Task<bool[]> SettleAsync(Guid orgId, IReadOnlyList<Wire.SettleRequest> requests, DateTime deadline, CancellationToken cancellationToken) =>
        settling.SettleAsync(orgId, requests, Remaining(deadline), cancellationToken);

    /// <summary>Finds the rules of every check; those without any are answered at once.</summary>
    private Dictionary<Guid, CheckGroups> Sort(Wire.CheckBatch request, Wire.CheckReply[] replies)
    {
        var organizations = new Dictionary<Guid, CheckGroups>(1);
        for (var i = 0; i < replies.Length; i++)
        {
            var check = request.Checks[i];
            var orgId = OrgOf(check.OrgId);
            var plan = planner.Plan(orgId, check);
            if (plan.IsEmpty)
            {
                replies[i] = new Wire.CheckReply { Allowed = true, Allottable = true };
                continue;
            }

            if (!organizations.TryGetValue(orgId, out var groups)) organizations[orgId] = groups = new CheckGroups();
            groups.Add(plan, check.RequestId, i);
        }

        return organizations;
    }

    private async Task CheckAsync(Guid orgId, CheckGroups groups, Wire.CheckBatch request, Wire.CheckReply[] replies, DateTime deadline, CancellationToken cancellationToken)
    {
        try
        {
            var verdicts = await script.CheckAsync(orgId, groups.ToCheck(), Remaining(deadline), cancellationToken);
            for (var g = 0; g < groups.Count; g++)
            {
                var checks = groups.ChecksOf(g);
                for (var i = 0; i < checks.Count; i++) replies[checks[i]] = CheckReplies.Of(planner, request.Checks[checks[i]], groups.PlanOf(g), verdicts[g], i);
            }
        }
        catch (Exception e) when (IsStoreAway(e))
        {
            for (var g = 0; g < groups.Count; g++)
            {
                foreach (var check in groups.ChecksOf(g)) replies[check] = new Wire.CheckReply { Undecided = true, Strict = groups.PlanOf(g).IsStrict };
            }
        }
    }

    private TimeSpan Remaining(DateTime deadline)
    {
        var left = deadline - time.GetUtcNow().UtcDateTime;
        return left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < LongestWait ? left : LongestWait;
    }

    private static bool IsStoreAway(Exception e) => e is TimeoutException or RedisException or ObjectDisposedException;

    private static Guid OrgOf(string text) => Guid.TryParse(text, out var id) ? id : throw Invalid("org_id is not a UUID");

    private static RpcException Invalid(string what) => new(new Status(StatusCode.InvalidArgument, what));
}
