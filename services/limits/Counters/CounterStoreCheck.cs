using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace ThinkWatch.Limits.Counters;

/// <summary>Healthy while Redis answers.</summary>
internal sealed class CounterStoreCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RedisException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer");
        }
    }
}
