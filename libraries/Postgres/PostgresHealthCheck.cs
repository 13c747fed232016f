using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ThinkWatch.Postgres;

internal sealed class PostgresHealthCheck(NpgsqlDataSource database, PostgresReady ready) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!ready.IsReady)
            return HealthCheckResult.Unhealthy("PostgreSQL has not answered yet, or the schema is being migrated");
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("PostgreSQL does not answer");
        }
    }
}
