using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Running;

/// <summary>Asks running processes for their health: often until the first yes, then now and then.</summary>
internal sealed class HealthProbe(HealthCheckService checks) : IDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Reports every change of health until it is cancelled. A resource without checks is healthy when it runs.</summary>
    public async Task WatchAsync(IResource resource, int replica, Action<HealthStatus> report, CancellationToken cancellationToken)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(c => c.Key).ToHashSet();
        var addresses = resource.Annotations.OfType<HttpHealthCheckAnnotation>().Select(c => (Address: Address(resource, c, replica), c.StatusCode)).ToList();
        if (keys.Count == 0 && addresses.Count == 0)
        {
            report(HealthStatus.Healthy);
            return;
        }

        HealthStatus? last = null;
        try
        {
            while (true)
            {
                var status = await CheckAsync(keys, addresses, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                if (status != last && (status == HealthStatus.Healthy || last is not null))
                    report(status);
                last = status == HealthStatus.Healthy || last is not null ? status : null;
                await Task.Delay(status == HealthStatus.Healthy ? Seldom : Often, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process has ended.
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HealthStatus> CheckAsync(HashSet<string> keys, List<(Uri Address, int StatusCode)> addresses, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            foreach (var (address, expected) in addresses)
            {
                using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
                if ((int)response.StatusCode != expected)
                    return HealthStatus.Unhealthy;
            }

            if (keys.Count == 0)
                return HealthStatus.Healthy;
            var report = await checks.CheckHealthAsync(r => keys.Contains(r.Name), deadline.Token);
            return report.Entries.Count < keys.Count ? HealthStatus.Unhealthy : report.Status;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return HealthStatus.Unhealthy;
        }
    }

    private static Uri Address(IResource resource, HttpHealthCheckAnnotation check, int replica)
    {
        var endpoint = resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(e => check.EndpointName is null ? e.IsHttp : string.Equals(e.Name, check.EndpointName, StringComparison.OrdinalIgnoreCase))
            ?? throw new DistributedApplicationException($"'{resource.Name}' has no HTTP endpoint '{check.EndpointName}' for its health check.");
        return new Uri($"{endpoint.UriScheme}://127.0.0.1:{endpoint.PortOf(replica)}{check.Path}");
    }
}
