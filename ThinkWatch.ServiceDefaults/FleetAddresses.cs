using Microsoft.Extensions.Configuration;

namespace ThinkWatch.ServiceDefaults;

/// <summary>Addresses of the fleet's services as the AppHost hands them out: <c>services__{name}__{endpoint}__{n}</c>.</summary>
public sealed class FleetAddresses(IConfiguration configuration)
{
    /// <summary>All replicas of an endpoint; empty when the service was not given to this one.</summary>
    public IReadOnlyList<Uri> All(string service, string endpoint) =>
        [.. configuration.GetSection($"services:{service}:{endpoint}").GetChildren()
            .Where(c => c.Value is { Length: > 0 })
            .OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => new Uri(c.Value!))];

    /// <summary>The first replica, or null.</summary>
    public Uri? First(string service, string endpoint) => All(service, endpoint) is [var first, ..] ? first : null;

    /// <summary>The names of all services this one was given.</summary>
    public IReadOnlyList<string> Services => [.. configuration.GetSection("services").GetChildren().Select(c => c.Key)];
}
