using Npgsql;
using ThinkWatch.Identity.Users;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Keys;

/// <summary>Has keys and deleted people looked after once a minute; a pass that another replica is at is left to it.</summary>
internal sealed partial class KeyJanitor(KeyLifecycle keys, UserPurge users, PostgresReady ready, TimeProvider time, ILogger<KeyJanitor> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await keys.RunAsync(stoppingToken))
                    await users.RunAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
            {
                LogLater(log, fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Keys are looked after later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
