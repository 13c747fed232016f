using Dapper;
using Grpc.Core;
using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Notifications;

/// <summary>
/// Every other second: takes over identity's notices of keys, finds out whom alerts concern, and once an hour forgets what is old. Any number of
/// replicas may do it: each step stands on rows that one of them holds.
/// </summary>
internal sealed partial class NotificationKeeper(
    NpgsqlDataSource database, KeyNotices keys, Addressing addressing, PostgresReady ready, TimeProvider time, ILogger<NotificationKeeper> log) : BackgroundService
{
    /// <summary>Of an organisation; the rest is forgotten, the oldest first.</summary>
    public const int Most = 10_000;

    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenPurges = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        var purged = DateTimeOffset.MinValue;
        do
        {
            try
            {
                await keys.TakeOverAsync(stoppingToken);
                await addressing.RunAsync(stoppingToken);
                if (time.GetUtcNow() - purged < BetweenPurges) continue;
                await PurgeAsync(stoppingToken);
                purged = time.GetUtcNow();
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or RpcException)
            {
                LogLater(fault is RpcException rpc ? rpc.StatusCode.ToString() : fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM notifications WHERE created_at < @oldest
                OR id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY org_id ORDER BY id DESC) AS place FROM notifications) ranked WHERE place > @most)
            """,
            new { oldest = time.GetUtcNow() - Kept, most = Most }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(332, LogLevel.Debug, "Notifications are looked after later: {Reason}")]
    private partial void LogLater(string reason);
}
