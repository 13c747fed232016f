using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.AdminApi.Store;

/// <summary>Removes for good what was deleted more than 30 days ago, with its keys and routes. Harmless when several replicas do it at once.</summary>
internal sealed partial class CatalogPurge(NpgsqlDataSource database, PostgresReady ready, TimeProvider time, ILogger<CatalogPurge> logger) : BackgroundService
{
    private static readonly TimeSpan _every = TimeSpan.FromHours(6);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH models_gone AS (DELETE FROM models WHERE deleted_at < now() - interval '30 days' RETURNING 1),
                 providers_gone AS (DELETE FROM providers WHERE deleted_at < now() - interval '30 days' RETURNING 1)
            SELECT (SELECT count(*) FROM models_gone) + (SELECT count(*) FROM providers_gone)
            """);
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(_every, time);
        do
        {
            try
            {
                if (await RunAsync(stoppingToken) is > 0 and var removed)
                    LogPurged(removed);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // The store is away: the next round comes.
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} providers and models that were deleted more than 30 days ago")]
    private partial void LogPurged(int count);

    [LoggerMessage(LogLevel.Warning, "Deleted providers and models cannot be removed now: {Reason}")]
    private partial void LogFailed(string reason);
}
