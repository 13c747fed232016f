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
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1);
    private static readonly string s_script = ReadScript();

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
        foreach (var health in book.All)
        {
            var report = health.TakeReport();
            if (report.IsEmpty && health.State == BreakerState.Closed)
                continue;
            var answer = (long[])(await redis.GetDatabase().ScriptEvaluateAsync(
                s_script,
                ["tw:breaker:{" + health.Key + "}"],
                [
                    report.Good, report.Failed, report.GoodProbes, report.FailedProbes, (long)policy.Window.TotalMilliseconds, policy.MinSamples,
                    policy.ErrorPercent, (long)policy.Rest.TotalMilliseconds, BreakerPolicy.Probes,
                ]).WaitAsync(s_deadline, cancellationToken).ConfigureAwait(false))!;
            health.Adopt((BreakerState)answer[0], TimeSpan.FromMilliseconds(answer[1]));
        }
    }

    private static string ReadScript()
    {
        using var stream = typeof(BreakerSharing).Assembly.GetManifestResourceStream("ThinkWatch.AiGateway.Routing.Health.breaker.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [LoggerMessage(430, LogLevel.Warning, "Circuit breakers are not shared with the other replicas at the moment ({Reason})")]
    private partial void NotShared(string reason);
}
