using System.Globalization;
using Npgsql;
using ThinkWatch.AdminApi.Logs;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Dashboard;

/// <summary>Computes the overview from the rows themselves, so that its figures are the sums of what the log shows.</summary>
internal sealed class OverviewReader(LogStore logs, NpgsqlDataSource database)
{
    private const int Top = 8;
    private const string IsError = "outcome IN ('error', 'timeout', 'interrupted')";
    private const string Cost = "ifNull(sum(cost_usd), 0)";

    public async Task<Overview> ReadAsync(LogScope scope, OverviewRange range, CancellationToken cancellationToken)
    {
        var totals = TotalsAsync(scope, range.From, range.To, cancellationToken);
        var previous = TotalsAsync(scope, range.PreviousFrom, range.From, cancellationToken);
        var series = SeriesAsync(scope, range, cancellationToken);
        var models = TopAsync<OverviewModel>(scope, range, "model", ", max(simulated) AS simulated", cancellationToken);
        var users = TopAsync<OverviewUser>(scope, range, "user_email", "", cancellationToken);
        var providers = ProvidersAsync(scope, range, cancellationToken);
        await Task.WhenAll(totals, previous, series, models, users, providers);
        return new Overview
        {
            Range = range.Name,
            From = range.From,
            To = range.To,
            Totals = await totals,
            Previous = await previous,
            Series = await series,
            TopModels = await models,
            TopUsers = await users,
            Providers = await providers,
        };
    }

    private async Task<OverviewTotals> TotalsAsync(LogScope scope, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var conditions = Between(scope, from, to);
        var rows = await logs.ReadAsync<OverviewTotals>(
            $"""
            SELECT toInt64(count()) AS requests, toInt64(countIf({IsError})) AS errors, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, {Cost} AS cost_usd,
                if(count() = 0, NULL, quantile(0.5)(latency_ms)) AS p50_ms, if(count() = 0, NULL, quantile(0.95)(latency_ms)) AS p95_ms,
                toInt64(uniqExactIf(key_id, key_id != '')) AS active_keys
            FROM gateway_logs WHERE {conditions.Sql}
            """,
            conditions.Parameters,
            cancellationToken);
        return rows.FirstOrDefault() ?? OverviewTotals.None;
    }

    private async Task<List<OverviewPoint>> SeriesAsync(LogScope scope, OverviewRange range, CancellationToken cancellationToken)
    {
        var conditions = Between(scope, range.From, range.To);
        var step = range.StepSeconds.ToString(CultureInfo.InvariantCulture);
        var rows = await logs.ReadAsync<OverviewPoint>(
            $"""
            SELECT toDateTime(intDiv(toUnixTimestamp(created_at), {step}) * {step}, 'UTC') AS t, toInt64(count()) AS requests, toInt64(countIf({IsError})) AS errors,
                sum(input_tokens + output_tokens) AS tokens, {Cost} AS cost_usd, quantile(0.95)(latency_ms) AS p95_ms
            FROM gateway_logs WHERE {conditions.Sql} GROUP BY t
            """,
            conditions.Parameters,
            cancellationToken);
        var found = rows.ToDictionary(static row => row.T);
        return [.. range.Steps().Select(at => found.GetValueOrDefault(at) ?? new OverviewPoint(at, 0, 0, 0, 0, null))];
    }

    private Task<List<T>> TopAsync<T>(LogScope scope, OverviewRange range, string column, string more, CancellationToken cancellationToken)
    {
        var conditions = Between(scope, range.From, range.To);
        conditions.Add($"{column} != ''");
        return logs.ReadAsync<T>(
            $"""
            SELECT {column}, toInt64(count()) AS requests, sum(input_tokens + output_tokens) AS tokens, {Cost} AS cost_usd{more}
            FROM gateway_logs WHERE {conditions.Sql} GROUP BY {column} ORDER BY requests DESC, {column} LIMIT {Top}
            """,
            conditions.Parameters,
            cancellationToken);
    }

    /// <summary>Every provider of the organisation, with what it did in the period.</summary>
    private async Task<List<OverviewProvider>> ProvidersAsync(LogScope scope, OverviewRange range, CancellationToken cancellationToken)
    {
        var conditions = Between(scope, range.From, range.To);
        var counts = (await logs.ReadAsync<ProviderCount>(
            $"SELECT provider_id, toInt64(count()) AS requests, toInt64(countIf({IsError})) AS errors FROM gateway_logs WHERE {conditions.Sql} GROUP BY provider_id",
            conditions.Parameters,
            cancellationToken)).ToDictionary(static row => row.ProviderId);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT id, name, display_name, provider_type, simulated, enabled FROM providers WHERE org_id = @org AND deleted_at IS NULL ORDER BY name", connection).With("org", scope.OrgId);
        return await command.ReadAllAsync(
            reader =>
            {
                var count = counts.GetValueOrDefault(reader.Get<Guid>("id").ToString());
                return new OverviewProvider(
                    reader.Get<string>("name"), reader.Get<string>("display_name"), reader.Get<string>("provider_type"), reader.Get<bool>("simulated"), reader.Get<bool>("enabled"),
                    count?.Requests ?? 0, count?.Errors ?? 0);
            },
            cancellationToken);
    }

    private static LogConditions Between(LogScope scope, DateTimeOffset from, DateTimeOffset to)
    {
        var conditions = new LogConditions();
        scope.AddTo(conditions);
        conditions.Add($"created_at >= {conditions.Bind("DateTime64(3, 'UTC')", from)}");
        conditions.Add($"created_at < {conditions.Bind("DateTime64(3, 'UTC')", to)}");
        return conditions;
    }

    private sealed record ProviderCount(string ProviderId, long Requests, long Errors);
}
