using System.Collections.Frozen;

namespace ThinkWatch.Limits.Rules;

/// <summary>A sliding-window rate rule: at most <see cref="MaxCount"/> of <see cref="Metric"/> in any <see cref="WindowSecs"/> seconds.</summary>
internal sealed record Rule(
    Guid Id, Guid OrgId, string SubjectKind, string SubjectId, string Surface, string Metric, int WindowSecs, long MaxCount,
    bool Enabled, DateTimeOffset? ExpiresAt, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : ILimit
{
    public string Mode { get; init; } = Modes.Soft;

    public string Label => $"{SubjectKind}:{Metric}/{Windows.Name(WindowSecs)}";

    public string Slot => $"{Surface}:{Metric}:{WindowSecs}";

    public bool AppliesTo(string surface) => Surface == surface;

    public Meter MeterOf(string subjectKind, string subjectId) => new(
        OrgId, $"{subjectKind}:{subjectId}:{Slot}", Label, Metric == "tokens" ? Rules.Metric.Tokens : Rules.Metric.Requests, WindowSecs, null, MaxCount, Mode == Modes.Strict);
}

/// <summary>A calendar budget: at most <see cref="Limit"/> of <see cref="Unit"/> in a period. USD are kept in millionths.</summary>
internal sealed record Budget(
    Guid Id, Guid OrgId, string SubjectKind, string SubjectId, string Period, string Unit, long Limit, string Mode,
    bool Enabled, DateTimeOffset? ExpiresAt, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : ILimit
{
    public string Label => $"{SubjectKind}:budget/{Period}";

    public string Slot => $"budget:{Period}:{Unit}";

    public bool AppliesTo(string surface) => true;

    public Meter MeterOf(string subjectKind, string subjectId) => new(
        OrgId, $"{subjectKind}:{subjectId}:{Slot}", Label, Unit == "usd" ? Metric.Usd : Metric.Tokens, 0, Calendar.Parse(Period)!.Value, Limit, Mode == Modes.Strict);
}

/// <summary>What rules and budgets have in common.</summary>
internal interface ILimit
{
    Guid Id { get; }

    Guid OrgId { get; }

    string SubjectKind { get; }

    string SubjectId { get; }

    /// <summary>What a refusal names.</summary>
    string Label { get; }

    /// <summary>A subject has one limit a slot, and one temporary override of it.</summary>
    string Slot { get; }

    string Mode { get; }

    bool Enabled { get; }

    /// <summary>Set for an override: it replaces its slot's limit until then.</summary>
    DateTimeOffset? ExpiresAt { get; }

    bool AppliesTo(string surface);

    /// <summary>As it is counted for that subject, which need not be the limit's own: a role's is counted for each user.</summary>
    Meter MeterOf(string subjectKind, string subjectId);
}

internal static class Modes
{
    public const string Soft = "soft";
    public const string Strict = "strict";
    public static readonly FrozenSet<string> All = FrozenSet.Create(Soft, Strict);
}

/// <summary>The windows a rule may have, and how a label spells them.</summary>
internal static class Windows
{
    public const int Buckets = 60;

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

/// <summary>What limits may be about.</summary>
internal static class Subjects
{
    public const string User = "user";
    public const string ApiKey = "api_key";
    public const string Team = "team";
    public const string Organization = "organization";
    public const string Role = "role";
    public const string Provider = "provider";
    public const string Model = "model";
    public const string Route = "route";
    public const string McpServer = "mcp_server";
    public const string McpTool = "mcp_tool";
    public const string AiGateway = "ai_gateway";
    public const string McpGateway = "mcp_gateway";

    private static readonly FrozenSet<string> Both = FrozenSet.Create(AiGateway, McpGateway);
    private static readonly FrozenSet<string> Ai = FrozenSet.Create(AiGateway);
    private static readonly FrozenSet<string> Mcp = FrozenSet.Create(McpGateway);

    public static readonly FrozenSet<string> Kinds = FrozenSet.Create(User, ApiKey, Team, Organization, Role, Provider, Model, McpServer, McpTool);
    public static readonly FrozenSet<string> Surfaces = Both;
    public static readonly FrozenSet<string> Metrics = FrozenSet.Create("requests", "tokens");
    public static readonly FrozenSet<string> Units = FrozenSet.Create("tokens", "usd");

    public static FrozenSet<string> SurfacesOf(string kind) => kind switch
    {
        Provider or Model => Ai,
        McpServer or McpTool => Mcp,
        _ => Both,
    };

    public static bool MayHaveBudgets(string kind) => kind is not (McpServer or McpTool);
}
