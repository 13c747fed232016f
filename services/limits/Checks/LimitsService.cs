using Grpc.Core;
using StackExchange.Redis;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using Wire = ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Limits.Checks;

/// <summary>
/// Answers the gateways. UNAVAILABLE or DEADLINE_EXCEEDED means that nothing could be decided: whether the request then passes is the
/// gateway's declared policy, not decided here.
/// </summary>
internal sealed class LimitsService(ActiveRules rules, SlidingWindows windows, TimeProvider time) : Wire.Limits.LimitsBase
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly Task<Wire.CheckReply> Unlimited = Task.FromResult(new Wire.CheckReply { Allowed = true });

    public override Task<Wire.CheckReply> Check(Wire.CheckRequest request, ServerCallContext context)
    {
        if (!rules.IsLoaded) throw new RpcException(new Status(StatusCode.Unavailable, "the rules have not been read yet"));
        if (!Guid.TryParse(request.OrgId, out var orgId)) throw new RpcException(new Status(StatusCode.InvalidArgument, "org_id is not a UUID"));
        var applying = new List<Rule>(8);
        rules.Collect(new RuleSubject(orgId, Subjects.User, request.UserId, request.Surface), applying);
        rules.Collect(new RuleSubject(orgId, Subjects.ApiKey, request.KeyLineageId, request.Surface), applying);
        return applying.Count == 0 ? Unlimited : CountAsync(applying, context);
    }

    /// <summary>Rate rules of providers and routes come with failover; until a rule can name them there is nothing to move.</summary>
    public override Task<Wire.MoveReply> Move(Wire.MoveRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.MoveReply { Allowed = true });

    /// <summary>Request rules reserve nothing, so there is nothing to settle.</summary>
    public override Task<Wire.SettleReply> Settle(Wire.SettleRequest request, ServerCallContext context) =>
        Task.FromResult(new Wire.SettleReply { Applied = false });

    private async Task<Wire.CheckReply> CountAsync(List<Rule> applying, ServerCallContext context)
    {
        try
        {
            var verdict = await windows.CountAsync(applying, Remaining(context.Deadline), context.CancellationToken);
            return verdict.Allowed ? Passed(applying, verdict.Counts!) : Refused(applying[verdict.Rule], verdict);
        }
        catch (TimeoutException)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "the counter store did not answer in time"));
        }
        catch (Exception e) when (e is RedisException or ObjectDisposedException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the counter store is away"));
        }
    }

    private TimeSpan Remaining(DateTime deadline)
    {
        var left = deadline - time.GetUtcNow().UtcDateTime;
        return left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left < LongestWait ? left : LongestWait;
    }

    private static Wire.CheckReply Passed(List<Rule> applying, long[] counts)
    {
        var tightest = 0;
        for (var i = 1; i < counts.Length; i++)
        {
            if (applying[i].MaxCount - counts[i] < applying[tightest].MaxCount - counts[tightest]) tightest = i;
        }

        return new Wire.CheckReply { Allowed = true, Requests = QuotaOf(applying[tightest], counts[tightest], applying[tightest].WindowSecs * 1000L) };
    }

    private static Wire.CheckReply Refused(Rule rule, in WindowVerdict verdict) => new()
    {
        Allowed = false,
        Refusal = new Wire.Refusal { Label = rule.Label, Limit = rule.MaxCount, Current = verdict.Current, RetryAfterMs = verdict.RetryMs },
        Requests = QuotaOf(rule, verdict.Current, verdict.RetryMs),
    };

    private static Wire.Quota QuotaOf(Rule rule, long count, long resetMs) =>
        new() { Limit = rule.MaxCount, Remaining = Math.Max(0, rule.MaxCount - count), ResetMs = resetMs };
}
