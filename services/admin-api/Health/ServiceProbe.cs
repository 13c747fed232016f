using System.Diagnostics;
using System.Text.Json;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AdminApi.Health;

/// <summary>Asks the fleet's services whether they are ready; all at once, none longer than two seconds.</summary>
internal sealed class ServiceProbe(FleetAddresses addresses)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    // Loopback or the cluster's own network, addresses from our own configuration: nothing to guard against, nothing to follow.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    public async Task<IReadOnlyList<ServiceAnswer>> AskAsync(CancellationToken cancellationToken)
    {
        var asked = addresses.Services.Order(StringComparer.Ordinal)
            .Select(service => (Service: service, Replicas: addresses.All(service, "http")))
            .Where(static entry => entry.Replicas.Count > 0);
        return await Task.WhenAll(asked.Select(entry => AskAsync(entry.Service, entry.Replicas, cancellationToken)));
    }

    /// <summary>The first replica that is not ready speaks for the service.</summary>
    private async Task<ServiceAnswer> AskAsync(string service, IReadOnlyList<Uri> replicas, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(replicas.Select(replica => AskAsync(replica, cancellationToken)));
        var (worst, dependencies) = answers.FirstOrDefault(static answer => answer.Health.Status != "ok", answers[0]);
        var health = new ServiceHealth(worst.Status, worst.LatencyMs, worst.Version, replicas.Count, worst.Detail, [.. answers.Select(static answer => answer.Health)]);
        return new ServiceAnswer(service, health, dependencies);
    }

    private async Task<(InstanceHealth Health, IReadOnlyDictionary<string, string> Dependencies)> AskAsync(Uri replica, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await _http.GetAsync(new Uri(replica, "/health/ready"), patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            var elapsed = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1);
            var entries = Entries(text);
            var missing = entries.Where(static e => e.Key != "status" && e.Value != "ok").Select(static e => $"{e.Key}: {e.Value}").ToList();
            var status = response.IsSuccessStatusCode ? "ok" : "not_ready";
            return (new InstanceHealth(replica.Authority, status, elapsed, Version(response), missing.Count == 0 ? null : string.Join("; ", missing)), entries);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var detail = e is OperationCanceledException ? "does not answer" : "cannot be reached";
            return (new InstanceHealth(replica.Authority, "down", null, null, detail), new Dictionary<string, string>());
        }
    }

    private static string? Version(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-service-version", out var values) ? values.FirstOrDefault() : null;

    private static Dictionary<string, string> Entries(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Object
                ? []
                : document.RootElement.EnumerateObject().Where(static p => p.Value.ValueKind == JsonValueKind.String).ToDictionary(static p => p.Name, static p => p.Value.GetString()!);
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

/// <summary>What one service said, with the state of each of its dependencies.</summary>
internal sealed record ServiceAnswer(string Service, ServiceHealth Health, IReadOnlyDictionary<string, string> Dependencies);
