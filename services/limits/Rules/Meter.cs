namespace ThinkWatch.Limits.Rules;

internal enum Metric
{
    Requests,

    /// <summary>Weighted.</summary>
    Tokens,

    /// <summary>Micro-dollars.</summary>
    Usd,
}

/// <summary>What a call is counted against: a rate rule, a budget or a route's cap, as one subject has it. Immutable.</summary>
/// <param name="Counter">The name of its counter; that of a slot, so that it survives an edit. Unique within the organisation.</param>
/// <param name="Label">What a refusal names, e.g. <c>user:requests/1m</c>.</param>
/// <param name="WindowSecs">0 for a budget.</param>
/// <param name="Strict">What is reserved must fit; else a call that starts below the limit may end above it.</param>
internal sealed record Meter(Guid OrgId, string Counter, string Label, Metric Metric, int WindowSecs, Period? Period, long Limit, bool Strict)
{
    /// <summary>One hash tag an organisation, for Redis Cluster.</summary>
    public string Key { get; } = KeyOf(OrgId, Counter);

    public bool IsBudget => Period is not null;

    /// <summary>As the script wants it: the width of a bucket in ms, or a budget's period below zero.</summary>
    public long Width => WidthOf(WindowSecs, Period);

    public bool IsSameCounter(Meter other) => string.Equals(Counter, other.Counter, StringComparison.Ordinal) && OrgId == other.OrgId;

    public static string KeyOf(Guid orgId, string counter) => $"tw:limits:{{{orgId:N}}}:{counter}";

    public static long WidthOf(int windowSecs, Period? period) => period is { } known ? -(int)known : windowSecs * 1000L / Windows.Buckets;
}
