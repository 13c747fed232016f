using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ThinkWatch.BodyOffload.Stores;

internal sealed class StoreHealthCheck(BodyStores stores) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await stores.Current.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StoreAwayException fault)
        {
            return HealthCheckResult.Unhealthy(fault.Message);
        }
    }
}
