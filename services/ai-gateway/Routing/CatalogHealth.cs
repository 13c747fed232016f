using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>Ready to serve calls: there is a catalog with at least one provider.</summary>
internal sealed class CatalogHealth(CatalogViews catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(catalog.Current.HasProviders ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no active provider is configured yet"));
}
