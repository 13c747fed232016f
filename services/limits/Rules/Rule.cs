using System.Collections.Frozen;

namespace ThinkWatch.Limits.Rules;

/// <summary>A sliding-window rate rule: at most <see cref="MaxCount"/> of <see cref="Metric"/> in any <see cref="WindowSecs"/> seconds.</summary>
internal sealed record Rule(
    Guid Id, Guid OrgId, string SubjectKind, string SubjectId, string Surface, string Metric, int WindowSecs, long MaxCount,
    bool Enabled, DateTimeOffset? ExpiresAt, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>What a refusal names, e.g. <c>user:requests/1m</c>.</summary>
    public string Label { get; } = $"{SubjectKind}:{Metric}/{Windows.Name(WindowSecs)}";

    /// <summary>The counter of the rule's slot: it survives an edit of the rule. One hash tag an organisation, for Redis Cluster.</summary>
    public string CounterKey { get; } = $"tw:limits:{{{OrgId:N}}}:{SubjectKind}:{SubjectId}:{Surface}:{Metric}:{WindowSecs}";
}

/// <summary>The windows a rule may have, and how a label spells them.</summary>
internal static class Windows
{
    private static readonly FrozenDictionary<int, string> Names = new Dictionary<int, string>
    {
        [60] = "1m",
        [300] = "5m",
        [3600] = "1h",
        [18000] = "5h",
        [86400] = "1d",
        [604800] = "1w",
    }.ToFrozenDictionary();

    public static bool IsKnown(int seconds) => Names.ContainsKey(seconds);

    public static string Name(int seconds) => Names.TryGetValue(seconds, out var name) ? name : $"{seconds}s";
}

/// <summary>What rules may be about at present.</summary>
internal static class Subjects
{
    public const string User = "user";
    public const string ApiKey = "api_key";
    public static readonly FrozenSet<string> Kinds = FrozenSet.Create(User, ApiKey);
    public static readonly FrozenSet<string> Surfaces = FrozenSet.Create("ai_gateway", "mcp_gateway");
    public static readonly FrozenSet<string> Metrics = FrozenSet.Create("requests");
}
