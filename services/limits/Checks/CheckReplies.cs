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
        for (var i = 0; i < verdict.Excluded.Length; i++) reply.Excluded.Add(new Exclusion { Candidate = i, Label = verdict.Excluded[i].Label });
        return reply;
    }

    private static CheckReply Passed(CheckPlan plan, GroupVerdict verdict, int later)
    {
        int requests = -1, tokens = -1;
        for (var i = 0; i < plan.Common.Count; i++)
        {
            var metric = plan.Common[i].Meter.Metric;
            if (metric == Metric.Requests && (requests < 0 || Room(i) < Room(requests))) requests = i;
            if (metric == Metric.Tokens && (tokens < 0 || Room(i) < Room(tokens))) tokens = i;
        }

        return new CheckReply
        {
            Allowed = true,
            Candidate = verdict.Candidate,
            Reserved = plan.Reserves,
            Requests = requests < 0 ? null : QuotaOf(plan.Common[requests].Meter, verdict.Sums[requests] - later),
            Tokens = tokens < 0 ? null : QuotaOf(plan.Common[tokens].Meter, verdict.Sums[tokens]),
        };

        long Room(int i) => plan.Common[i].Meter.Limit - verdict.Sums[i];
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
