using StackExchange.Redis;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Checks;

/// <summary>Releases what calls reserved that nobody ever settled. Every replica does it; the script lets one win.</summary>
internal sealed partial class LeaseSweeper(ActiveRules rules, Settling settling, IConnectionMultiplexer redis, TimeProvider time, ILogger<LeaseSweeper> log) : BackgroundService
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>For how long the set of leases knows calls that were settled: longer than a checkpoint looks back.</summary>
    private static readonly TimeSpan EndedKept = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var orgId in rules.Organizations.ToList()) await SweepAsync(orgId, stoppingToken);
            }
            catch (Exception e) when (e is TimeoutException or RedisException or ObjectDisposedException)
            {
                // The store is away: the leases are still there when it is back.
                NotSwept(e.GetType().Name);
            }
        }
    }

    internal async Task SweepAsync(Guid orgId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var leases = new LeaseSet(redis, orgId);
        await leases.ForgetEndedAsync(now - (long)EndedKept.TotalMilliseconds, cancellationToken);
        foreach (var record in await leases.OverdueAsync(now, AtOnce, cancellationToken)) await settling.ReleaseAsync(orgId, record!, Deadline, cancellationToken);
    }

    [LoggerMessage(322, LogLevel.Warning, "Reservations that ended are not released at the moment: {Reason}")]
    private partial void NotSwept(string reason);
}
