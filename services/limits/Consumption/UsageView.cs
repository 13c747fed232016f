using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Consumption;

/// <summary>
/// A limit in force and what is used of it. <paramref name="Unit"/>: requests, weighted_tokens or usd, of <paramref name="Limit"/>,
/// <paramref name="Current"/> and <paramref name="Remaining"/> alike. <paramref name="Source"/>: whose it is, or override.
/// </summary>
internal sealed record UsageView(
    Guid Id, string Label, string Type, string Source, string SubjectKind, string SubjectId, string? Surface, string Unit, int? WindowSecs, string? Period, string Mode,
    decimal Limit, decimal Current, decimal Remaining, DateTimeOffset? ResetsAt, DateTimeOffset? ExpiresAt)
{
    public static UsageView Of(AppliedLimit applied, long current, BudgetClock clock)
    {
        var (limit, meter) = (applied.Limit, applied.Meter);
        var rule = limit as Rule;
        return new UsageView(
            limit.Id, limit.Label, rule is null ? "budget" : "rule", limit.ExpiresAt is null ? limit.SubjectKind : "override", limit.SubjectKind, limit.SubjectId,
            rule?.Surface, Amounts.UnitOf(meter.Metric), rule?.WindowSecs, meter.Period is { } period ? Calendar.Name(period) : null, limit.Mode,
            Amounts.Shown(meter.Metric, meter.Limit), Amounts.Shown(meter.Metric, current), Amounts.Shown(meter.Metric, Math.Max(0, meter.Limit - current)),
            meter.Period is { } running ? clock.EndOf(running) : null, limit.ExpiresAt);
    }
}
