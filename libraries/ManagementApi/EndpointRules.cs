using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.ManagementApi;

/// <summary>Stops a service in which an endpoint under /api forgot to say who may call it.</summary>
internal sealed class EndpointRules(IEnumerable<EndpointDataSource> sources) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var open = sources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => IsApi(e.RoutePattern.RawText) && e.Metadata.GetMetadata<CallerRequirement>() is null)
            .Select(e => e.DisplayName)
            .ToList();
        return open.Count == 0
            ? Task.CompletedTask
            : throw new InvalidOperationException($"No RequirePermission, RequireSignedIn or AllowAnonymousCaller on: {string.Join("; ", open)}");
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsApi(string? pattern) => pattern is not null && pattern.TrimStart('/').StartsWith("api/", StringComparison.Ordinal);
}
