using System.Globalization;
using System.Text.Json.Serialization;
using ThinkWatch.AdminApi.Logs;

namespace ThinkWatch.AdminApi.Security;

/// <summary>How often each rule was hit in a period; a pattern of personal data is <c>pii:{name}</c>.</summary>
internal sealed record GuardHitReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<GuardHitCount> Items);

/// <summary>What the rows say of one rule: the calls that it was hit in, and how often in them.</summary>
internal sealed record GuardHitCount(string Rule, string Scope, long Calls, long Hits, DateTimeOffset LastAt)
{
    [JsonIgnore]
    public bool IsPersonalData => Rule.StartsWith("pii:", StringComparison.Ordinal);
}

/// <summary>Counts the guard's hits in the rows of an organisation's calls. Safe for concurrent calls.</summary>
internal sealed class GuardHitReader(LogStore logs, TimeProvider time)
{
    public const int DefaultDays = 7;
    public const int MostDays = 90;

    /// <summary>More names than an organisation has rules and patterns: those of deleted rules among them.</summary>
    private const int MostRules = 1000;

    public async Task<GuardHitReport> ReadAsync(Guid orgId, int days, CancellationToken cancellationToken)
    {
        var to = time.GetUtcNow();
        var from = to.AddDays(-days);
        var conditions = new LogConditions();
        conditions.Add($"org_id = {conditions.Bind("String", orgId.ToString())}");
        conditions.Add($"created_at >= {conditions.Bind("DateTime64(3, 'UTC')", from)}");
        conditions.Add("guard_hits NOT IN ('', '[]')");
        var items = await logs.ReadAsync<GuardHitCount>(
            $$"""
            SELECT JSONExtractString(hit, 'rule') AS rule, JSONExtractString(hit, 'scope') AS scope, toInt64(count()) AS calls,
                toInt64(sum(JSONExtractInt(hit, 'count'))) AS hits, max(created_at) AS last_at
            FROM (SELECT created_at, arrayJoin(JSONExtractArrayRaw(guard_hits)) AS hit FROM gateway_logs WHERE {{conditions.Sql}})
            GROUP BY rule, scope ORDER BY calls DESC, rule LIMIT {{MostRules.ToString(CultureInfo.InvariantCulture)}}
            """,
            conditions.Parameters,
            cancellationToken);
        return new GuardHitReport(from, to, items);
    }
}
