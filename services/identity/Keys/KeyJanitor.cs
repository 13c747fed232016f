using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Keys;

/// <summary>
/// Removes what nobody can use any more: temporary keys a day after their end, revoked keys after thirty days. Every hour, by one replica:
/// the holder of an advisory lock.
/// </summary>
internal sealed partial class KeyJanitor(NpgsqlDataSource database, PostgresReady ready, TimeProvider time, ILogger<KeyJanitor> log) : BackgroundService
{
    private const string Sweep = """
        WITH gate AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended('thinkwatch.identity.key_janitor', 0)) AS mine)
        DELETE FROM api_keys USING gate WHERE gate.mine AND ((ephemeral AND expires_at < now() - interval '1 day') OR revoked_at < now() - interval '30 days')
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var command = database.CreateCommand(Sweep);
                var removed = await command.ExecuteNonQueryAsync(stoppingToken);
                if (removed > 0)
                    LogRemoved(log, removed);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
            {
                LogLater(log, fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} keys that had ended")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Keys are swept later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
