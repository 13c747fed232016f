using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using ThinkWatch.Limits.Counters;
using Wire = ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Limits.Checks;

/// <summary>
/// Checks and settles one call of nobody's at start, and is ready when that went well: what is slow the first time (code to compile, the connection to
/// the store, scripts that it has yet to be sent) would else cost the first real call its deadline, and let it pass unchecked. No rule applies to it, only the
/// caps that it brings; of what it leaves in the store the counters run out within two minutes.
/// </summary>
internal sealed class Rehearsal(LimitsService limits, IConnectionMultiplexer redis, TimeProvider time) : BackgroundService, IHealthCheck
{
    private static readonly Guid Nobody = Guid.Empty;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private volatile bool _wentWell;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_wentWell ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the rules have not been read, or counted by, yet"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && !(_wentWell = await TryAsync(stoppingToken)))
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        var call = new Wire.CheckRequest
        {
            RequestId = Guid.CreateVersion7(time.GetUtcNow()).ToString(),
            OrgId = Nobody.ToString(),
            Surface = "ai_gateway",
            Candidates = { new Wire.Candidate { RouteId = "rehearsal", RpmCap = long.MaxValue >> 12, TpmCap = long.MaxValue >> 12 } },
            Estimate = new Wire.Usage { WeightedTokens = 1 },
        };
        var settlement = new Wire.SettleRequest { RequestId = call.RequestId, OrgId = call.OrgId, Actual = call.Estimate, Call = call };
        try
        {
            var checks = await limits.CheckAsync(new Wire.CheckBatch { Checks = { call } }, DeadlineFromNow(), cancellationToken);
            if (!checks.Replies[0].Reserved) return false;
            await limits.SettleAllAsync(new Wire.SettleBatch { Settlements = { settlement } }, DeadlineFromNow(), cancellationToken);

            // Nobody sweeps an organisation that is not there.
            await redis.GetDatabase().KeyDeleteAsync([CallRecord.KeyOf(Nobody, call.RequestId), CallRecord.LeasesOf(Nobody)]).WaitAsync(Deadline, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is RpcException or RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // The rules or the store are not there yet; the health checks say which.
            return false;
        }
    }

    private DateTime DeadlineFromNow() => time.GetUtcNow().UtcDateTime + Deadline;
}
