using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Checks;

/// <summary>Says what the script decided.</summary>
internal static class CheckReplies
{
    /// <param name="nth">Which of its group's calls it is: the first ones passed.</param>
    public static CheckReply Of(CheckPlanner planner, CheckRequest check, CheckPlan plan, GroupVerdict verdict, int nth)
    {
        // The sums are those after the last that passed; each before it saw fewer.
        var reply = nth < verdict.Passed ? Passed(plan, verdict, verdict.Passed - 1 - nth) : Refused(planner, check, verdict);
        reply.Strict = plan.IsStrict;
        reply.Allottable = reply.Allowed && plan.IsAllottable;
        for (var i = 0; i < verdict.Excluded.Length; i++) reply.Excluded.Add(new Exclusion { Candidate = i, Label = verdict.Excluded[i].Label });
        return reply;
    }

    private static CheckReply Passed(CheckPlan plan, GroupVerdict verdict, int later)
    {
        return new CheckReply
        {
            Allowed = true,
            Candidate = verdict.Candidate,
            Reserved = plan.Reserves,
            Requests = Tightest(plan, Metric.Requests, verdict.Sums, later),
            Tokens = Tightest(plan, Metric.Tokens, verdict.Sums, 0),
        };
    }

    /// <summary>Of the common limits of that metric the one with the least room; null when there is none.</summary>
    public static Quota? Tightest(CheckPlan plan, Metric metric, long[] sums, long later)
    {
        var tightest = -1;
        for (var i = 0; i < plan.Common.Count; i++)
        {
            if (plan.Common[i].Meter.Metric == metric && (tightest < 0 || Room(i) < Room(tightest))) tightest = i;
        }

        return tightest < 0 ? null : QuotaOf(plan.Common[tightest].Meter, sums[tightest] - later);

        long Room(int i) => plan.Common[i].Meter.Limit - sums[i];
    }

    private static CheckReply Refused(CheckPlanner planner, CheckRequest check, GroupVerdict verdict)
    {
        var meter = verdict.Refusing!;
        var reply = new CheckReply
        {
            Refusal = new Refusal
            {
                Label = meter.Label,
                Limit = meter.Limit,
                Current = verdict.Current,
                RetryAfterMs = verdict.RetryMs,
                Budget = meter.IsBudget,
                Reason = planner.ReasonOf(meter, check),
            },
        };
        var quota = new Quota { Limit = meter.Limit, Remaining = Math.Max(0, meter.Limit - verdict.Current), ResetMs = verdict.RetryMs };
        if (meter.Metric == Metric.Requests) reply.Requests = quota;
        if (meter.Metric == Metric.Tokens) reply.Tokens = quota;
        return reply;
    }

    private static Quota QuotaOf(Meter meter, long count) =>
        new() { Limit = meter.Limit, Remaining = Math.Max(0, meter.Limit - count), ResetMs = meter.WindowSecs * 1000L };
}
