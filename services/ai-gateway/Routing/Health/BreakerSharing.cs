using System.Text;
using StackExchange.Redis;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Routing.Health;

/// <summary>
/// Lets all replicas know of each other's attempts, off the calls' path: twice a second what happened here goes to Redis, and the state that follows from
/// everybody's attempts comes back. Without Redis each replica judges by its own.
/// </summary>
internal sealed partial class BreakerSharing(IConnectionMultiplexer redis, RouteHealthBook book, ISettings settings, ILogger<BreakerSharing> log) : BackgroundService
{
    private const int LogEveryFailures = 120;

    /// <summary>A set of the routes whose breaker is not closed.</summary>
    private const string Index = "tw:breakers";
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(3);

    /// <summary>Renewed with every report while it is needed; a replica that dies with it holds up the others no longer than that.</summary>
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(2);
    private static readonly string s_script = ReadScript();
    private readonly string _replica = Guid.NewGuid().ToString("n");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every);
        var failures = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await ShareAsync(stoppingToken).ConfigureAwait(false);
                failures = 0;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                if (failures++ % LogEveryFailures == 0)
                    NotShared(exception.GetType().Name);
            }
        }
    }

    /// <summary>One report of each route that has something to say, or to hear.</summary>
    internal async Task ShareAsync(CancellationToken cancellationToken)
    {
        var policy = BreakerPolicy.Of(settings);
        if (!policy.Enabled)
            return;
        var database = redis.GetDatabase();
        var notClosed = (await database.SetMembersAsync(Index).WaitAsync(s_deadline, cancellationToken).ConfigureAwait(false)).Select(static key => (string)key!).ToHashSet(StringComparer.Ordinal);
        foreach (var health in book.All)
        {
            var report = health.TakeReport();
            if (report.IsEmpty && health.State == BreakerState.Closed && !notClosed.Contains(health.Key))
                continue;
            var answer = (long[])(await RunAsync(
                database,
                ["tw:breaker:{" + health.Key + "}"],
                [
                    report.Good, report.Failed, report.GoodProbes, report.FailedProbes, (long)policy.Window.TotalMilliseconds, policy.MinSamples,
                    policy.ErrorPercent, (long)policy.Rest.TotalMilliseconds, BreakerPolicy.Probes, _replica, report.WantsProbe ? 1 : 0, (long)s_lease.TotalMilliseconds,
                ]).WaitAsync(s_deadline, cancellationToken).ConfigureAwait(false))!;
            var state = (BreakerState)answer[0];
            health.Adopt(state, TimeSpan.FromMilliseconds(answer[1]), TimeSpan.FromMilliseconds(answer[2]));
            if (state == BreakerState.Closed == notClosed.Contains(health.Key))
                await IndexAsync(database, health.Key, state).WaitAsync(s_deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A store that has forgotten the script is asked once more, with all of its text: the report is taken, and would be lost.</summary>
    private static async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(s_script, keys, arguments).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(s_script, keys, arguments).ConfigureAwait(false);
        }
    }

    /// <summary>By the index replicas hear of routes that they have had no calls to.</summary>
    private static Task IndexAsync(IDatabase database, string route, BreakerState state) =>
        state == BreakerState.Closed ? database.SetRemoveAsync(Index, route) : database.SetAddAsync(Index, route);

    private static string ReadScript()
    {
        using var stream = typeof(BreakerSharing).Assembly.GetManifestResourceStream("ThinkWatch.AiGateway.Routing.Health.breaker.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [LoggerMessage(430, LogLevel.Warning, "Circuit breakers are not shared with the other replicas at the moment ({Reason})")]
    private partial void NotShared(string reason);
}
