using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Settlement;

/// <summary>What calls used that are in ClickHouse, for limits, whose counters may have lost it.</summary>
internal sealed class EndedCalls(IClickHouse clickHouse)
{
    /// <summary>Longer than a call lasts: rows are sorted by when calls began.</summary>
    private const long LongestCallMs = 2 * 3600 * 1000;

    private const string Sql =
        """
        SELECT id, toUnixTimestamp64Milli(created_at) AS created_at_ms, user_id, team_ids, role_ids, key_lineage_id, model, provider_id, route_id, outcome,
            input_tokens, output_tokens, weighted_tokens, ifNull(toString(cost_usd), '') AS cost
        FROM gateway_logs
        WHERE org_id = {org:String} AND created_at >= fromUnixTimestamp64Milli({began:Int64}) AND toUnixTimestamp64Milli(created_at) + latency_ms >= {since:Int64}
            AND (weighted_tokens > 0 OR cost_usd > 0)
        """;

    /// <exception cref="ClickHouseException">The rows cannot be read.</exception>
    public async IAsyncEnumerable<GatewayCall> SinceAsync(string orgId, long sinceMs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ClickHouseCall
        {
            Parameters = new() { { "org", orgId }, { "began", sinceMs - LongestCallMs }, { "since", sinceMs } },
        };
        await foreach (var row in clickHouse.QueryAsync(Sql, EndedCallJson.Default.EndedCallRow, call, cancellationToken))
            yield return row.ToCall(orgId);
    }
}

internal sealed record EndedCallRow(
    string Id, long CreatedAtMs, string UserId, string[] TeamIds, string[] RoleIds, string KeyLineageId, string Model, string ProviderId, string RouteId, string Outcome,
    long InputTokens, long OutputTokens, long WeightedTokens, string Cost)
{
    public GatewayCall ToCall(string orgId)
    {
        var call = new GatewayCall
        {
            Id = Id,
            OrgId = orgId,
            CreatedAtMs = CreatedAtMs,
            UserId = UserId,
            KeyLineageId = KeyLineageId,
            Model = Model,
            ProviderId = ProviderId,
            RouteId = RouteId,
            Outcome = Outcome == "cached" ? Contracts.Audit.Outcome.Cached : Contracts.Audit.Outcome.Ok,
            InputTokens = InputTokens,
            OutputTokens = OutputTokens,
            WeightedTokens = WeightedTokens,
            CostUsd = Cost,
        };
        call.Teams.AddRange(TeamIds.Select(static id => new Team { Id = id }));
        call.RoleIds.AddRange(RoleIds);
        return call;
    }
}

[JsonSerializable(typeof(EndedCallRow))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class EndedCallJson : JsonSerializerContext;
