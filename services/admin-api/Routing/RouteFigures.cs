using System.Globalization;
using ThinkWatch.AdminApi.Logs;

namespace ThinkWatch.AdminApi.Routing;

/// <summary>What the rows say of one route in a period.</summary>
internal sealed record RouteFigures(string RouteId, long Requests, long InputTokens, long OutputTokens, long CachedTokens, long CacheWriteTokens, long ReasoningTokens);

/// <summary>Attempts at one route: those that failed, and those that did not. A refusal of the request itself says nothing of the route.</summary>
internal sealed record RouteAttempts(string RouteId, long Good, long Failed);

internal sealed record RouteMinute(string RouteId, DateTimeOffset T, long Requests, long Errors, double P50Ms, double P95Ms);

internal sealed record RouteError(string RouteId, DateTimeOffset At, string Error);

internal sealed record RouteLatency(string RouteId, double P95Ms);

/// <summary>One model's calls in a part of a window.</summary>
internal sealed record ModelPart(string Model, long Part, long Requests, long Errors);

/// <summary>Reads the figures of one model's routes, or of all, from the rows of their calls. Every statement is scoped to one organisation.</summary>
internal sealed class RouteFigureReader(LogStore logs)
{
    private const int FirstTokens = 100;
    private const double Alpha = 0.2;

    /// <summary>What the gateway writes for an attempt that says nothing against its route: it was not made, its client went, or a content rule forbids the answer.</summary>
    private const string NotItsFault = "('circuit_open', 'busy', 'provider_busy', 'limit', 'client_closed_request', 'content_blocked', 'guard_budget_exhausted')";

    public Task<List<RouteFigures>> TotalsAsync(RouteWindow window, CancellationToken cancellationToken) => ReadAsync<RouteFigures>(
        window,
        """
        SELECT route_id, toInt64(count()) AS requests, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cached_tokens) AS cached_tokens,
            sum(cache_write_tokens) AS cache_write_tokens, sum(reasoning_tokens) AS reasoning_tokens
        FROM gateway_logs WHERE {where} AND route_id != '' GROUP BY route_id
        """,
        cancellationToken);

    /// <summary>Each attempt counts for the route that it went to, also when another one answered in the end.</summary>
    public Task<List<RouteAttempts>> AttemptsAsync(RouteWindow window, CancellationToken cancellationToken) => ReadAsync<RouteAttempts>(
        window,
        $$"""
        SELECT route_id, toInt64(countIf(good)) AS good, toInt64(countIf(failed)) AS failed FROM
        (
            SELECT JSONExtractString(attempt, 'route_id') AS route_id, JSONExtractString(attempt, 'fault') AS fault, JSONExtractInt(attempt, 'status') AS code,
                fault = '' AS good, fault NOT IN {{NotItsFault}} AND NOT good AND (code < 400 OR code >= 500) AS failed
            FROM (SELECT arrayJoin(JSONExtractArrayRaw(routing, 'attempts')) AS attempt FROM gateway_logs WHERE {where})
            UNION ALL
            SELECT route_id, '' AS fault, toInt64(status) AS code, outcome IN ('ok', 'aborted') AS good, outcome IN ('error', 'timeout') AND (status = 0 OR status >= 500) AS failed
            FROM gateway_logs WHERE {where} AND route_id != '' AND NOT JSONHas(routing, 'attempts')
        )
        WHERE route_id != '' GROUP BY route_id
        """,
        cancellationToken);

    /// <summary>The moving mean of the time to the first byte, as the gateway keeps it, by route.</summary>
    public async Task<Dictionary<string, double>> FirstTokensAsync(RouteWindow window, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync<FirstToken>(
            window,
            $$"""
            SELECT route_id, upstream_ttfb_ms AS ms FROM gateway_logs WHERE {where} AND route_id != '' AND outcome = 'ok' AND upstream_ttfb_ms > 0
            ORDER BY created_at DESC LIMIT {{FirstTokens.ToString(CultureInfo.InvariantCulture)}} BY route_id
            """,
            cancellationToken);
        return rows.GroupBy(static row => row.RouteId).ToDictionary(
            static group => group.Key,
            static group => group.Reverse().Select(static row => (double)row.Ms).Aggregate(static (mean, ms) => mean + (Alpha * (ms - mean))));
    }

    public Task<List<RouteMinute>> MinutesAsync(RouteWindow window, CancellationToken cancellationToken) => ReadAsync<RouteMinute>(
        window,
        """
        SELECT route_id, toDateTime(toStartOfMinute(created_at), 'UTC') AS t, toInt64(count()) AS requests, toInt64(countIf(outcome IN ('error', 'timeout', 'interrupted'))) AS errors,
            quantile(0.5)(latency_ms) AS p50_ms, quantile(0.95)(latency_ms) AS p95_ms
        FROM gateway_logs WHERE {where} AND route_id != '' GROUP BY route_id, t
        """,
        cancellationToken);

    public Task<List<RouteLatency>> LatenciesAsync(RouteWindow window, CancellationToken cancellationToken) => ReadAsync<RouteLatency>(
        window, "SELECT route_id, quantile(0.95)(latency_ms) AS p95_ms FROM gateway_logs WHERE {where} AND route_id != '' GROUP BY route_id", cancellationToken);

    public Task<List<RouteError>> LastErrorsAsync(RouteWindow window, CancellationToken cancellationToken) => ReadAsync<RouteError>(
        window,
        """
        SELECT route_id, max(created_at) AS at, argMax(if(error_message != '', error_message, error_type), created_at) AS error
        FROM gateway_logs WHERE {where} AND route_id != '' AND outcome IN ('error', 'timeout') GROUP BY route_id
        """,
        cancellationToken);

    /// <summary>Calls that came to a route or were answered from the cache: names that nobody configured make no rows here.</summary>
    public Task<List<ModelPart>> PartsAsync(RouteWindow window, int seconds, CancellationToken cancellationToken) => ReadAsync<ModelPart>(
        window,
        $$"""
        SELECT model, toInt64(intDiv(toUnixTimestamp(created_at) - {{window.From.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}}, {{seconds.ToString(CultureInfo.InvariantCulture)}})) AS part,
            toInt64(count()) AS requests, toInt64(countIf(outcome IN ('error', 'timeout', 'interrupted'))) AS errors
        FROM gateway_logs WHERE {where} AND (route_id != '' OR outcome = 'cached') GROUP BY model, part
        """,
        cancellationToken);

    private Task<List<T>> ReadAsync<T>(RouteWindow window, string sql, CancellationToken cancellationToken)
    {
        var conditions = new LogConditions();
        conditions.Add($"org_id = {conditions.Bind("String", window.OrgId.ToString())}");
        if (window.ModelId is { } model)
            conditions.Add($"model = {conditions.Bind("String", model)}");
        conditions.Add($"created_at >= {conditions.Bind("DateTime64(3, 'UTC')", window.From)}");
        conditions.Add($"created_at < {conditions.Bind("DateTime64(3, 'UTC')", window.To)}");
        return logs.ReadAsync<T>(sql.Replace("{where}", conditions.Sql, StringComparison.Ordinal), conditions.Parameters, cancellationToken);
    }

    private sealed record FirstToken(string RouteId, long Ms);
}

/// <summary>The calls of one model in a period, or of all when none is named.</summary>
internal sealed record RouteWindow(Guid OrgId, string? ModelId, DateTimeOffset From, DateTimeOffset To);
