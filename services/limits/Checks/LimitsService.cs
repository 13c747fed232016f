using Grpc.Core;
using StackExchange.Redis;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using Wire = ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Limits.Checks;

/// <summary>
/// Answers the gateways. UNAVAILABLE, or a reply that is <c>undecided</c>, means that nothing could be decided: whether the request then passes is the
/// gateway's declared policy, not decided here.
/// </summary>
internal sealed class LimitsService(ActiveRules rules, SlidingWindows windows, TimeProvider time) : Wire.Limits.LimitsBase
{
    private const int LargestBatch = 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    public override async Task<Wire.CheckBatchReply> Check(Wire.CheckBatch request, ServerCallContext context)
    {
        if (!rules.IsLoaded) throw new RpcException(new Status(StatusCode.Unavailable, "the rules have not been read yet"));
        if (request.Checks.Count > LargestBatch) throw new RpcException(new Status(StatusCode.InvalidArgument, "too many checks in one batch"));
        var replies = new Wire.CheckReply[request.Checks.Count];
        var organizations = Sort(request, replies);
        if (organizations.Count == 1)
        {
            foreach (var groups in organizations.Values) await CountAsync(groups, replies, context);
        }
        else
        {
            // Each organisation's counters may live elsewhere: none waits for another's.
            await Task.WhenAll(organizations.Values.Select(groups => CountAsync(groups, replies, context)));
        }

        var answer = new Wire.CheckBatchReply();
        answer.Replies.AddRange(replies);
        return answer;
    }

    /// <summary>Rate rules of providers and routes come with failover; until a rule can name them there is nothing to move.</summary>
    public override Task<Wire.MoveReply> Move(Wire.MoveRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.MoveReply { Allowed = true });

    /// <summary>Request rules reserve nothing, so there is nothing to settle.</summary>
    public override Task<Wire.SettleReply> Settle(Wire.SettleRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.SettleReply { Applied = false });

    /// <summary>Finds the rules of every check; those without any are answered at once.</summary>
    private Dictionary<Guid, CheckGroups> Sort(Wire.CheckBatch request, Wire.CheckReply[] replies)
    {
        var organizations = new Dictionary<Guid, CheckGroups>(1);
        for (var i = 0; i < replies.Length; i++)
        {
            var check = request.Checks[i];
            if (!Guid.TryParse(check.OrgId, out var orgId)) throw new RpcException(new Status(StatusCode.InvalidArgument, "org_id is not a UUID"));
            var applying = new List<Rule>(8);
            rules.Collect(new RuleSubject(orgId, Subjects.User, check.UserId, check.Surface), applying);
            rules.Collect(new RuleSubject(orgId, Subjects.ApiKey, check.KeyLineageId, check.Surface), applying);
            if (applying.Count == 0)
            {
                replies[i] = new Wire.CheckReply { Allowed = true };
                continue;
            }

            if (!organizations.TryGetValue(orgId, out var groups)) organizations[orgId] = groups = new CheckGroups();
            groups.Add(applying, i);
        }

        return organizations;
    }

    private async Task CountAsync(CheckGroups groups, Wire.CheckReply[] replies, ServerCallContext context)
    {
        try
        {
            var verdicts = await windows.CountAsync(groups.ToCount(), Remaining(context.Deadline), context.CancellationToken);
            for (var i = 0; i < groups.Count; i++) Reply(groups.RulesOf(i), groups.ChecksOf(i), verdicts[i], replies);
        }
        catch (Exception e) when (e is TimeoutException or RedisException or ObjectDisposedException)
        {
            foreach (var check in groups.Checks) replies[check] = new Wire.CheckReply { Undecided = true };
        }
    }

    private TimeSpan Remaining(DateTime deadline)
    {
        var left = deadline - time.GetUtcNow().UtcDateTime;
        return left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < LongestWait ? left : LongestWait;
    }

    private static void Reply(List<Rule> applying, List<int> checks, GroupVerdict verdict, Wire.CheckReply[] replies)
    {
        for (var i = 0; i < checks.Count; i++)
        {
            // The sums are those after the last that passed; each before it saw fewer.
            replies[checks[i]] = i < verdict.Passed ? Passed(applying, verdict.Sums, verdict.Passed - 1 - i) : Refused(applying[verdict.RefusingRule], verdict);
        }
    }

    private static Wire.CheckReply Passed(List<Rule> applying, long[] sums, int later)
    {
        var tightest = 0;
        for (var i = 1; i < sums.Length; i++)
        {
            if (applying[i].MaxCount - sums[i] < applying[tightest].MaxCount - sums[tightest]) tightest = i;
        }

        return new Wire.CheckReply { Allowed = true, Requests = QuotaOf(applying[tightest], sums[tightest] - later, applying[tightest].WindowSecs * 1000L) };
    }

    private static Wire.CheckReply Refused(Rule rule, GroupVerdict verdict) => new()
    {
        Allowed = false,
        Refusal = new Wire.Refusal { Label = rule.Label, Limit = rule.MaxCount, Current = verdict.Current, RetryAfterMs = verdict.RetryMs },
        Requests = QuotaOf(rule, verdict.Current, verdict.RetryMs),
    };

    private static Wire.Quota QuotaOf(Rule rule, long count, long resetMs) =>
        new() { Limit = rule.MaxCount, Remaining = Math.Max(0, rule.MaxCount - count), ResetMs = resetMs };
}
