using ThinkWatch.AdminApi.Models;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Routes;

/// <summary>One way from a model to a provider. Changed only while it is being made or patched, by one caller.</summary>
internal sealed class ModelRoute
{
    public const int DefaultWeight = 100;

    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public required Guid ModelId { get; init; }

    public required Guid ProviderId { get; init; }

    public string ProviderName { get; init; } = "";

    public string ProviderDisplayName { get; init; } = "";

    public bool Simulated { get; init; }

    public bool ProviderEnabled { get; init; } = true;

    public string UpstreamModel { get; set; } = "";

    public int Weight { get; set; } = DefaultWeight;

    public bool Enabled { get; set; } = true;

    public string? Label { get; set; }

    public string? Notes { get; set; }

    public long? RpmCap { get; set; }

    public long? TpmCap { get; set; }

    public Prices? Prices { get; set; }

    public long Version { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Of all routes of a model together: what a change of their weights stands on.</summary>
    public static long VersionOf(IEnumerable<ModelRoute> routes) => ETags.VersionOf(routes.Select(static route => (route.Id, route.Version)));

    public RouteView View() => new()
    {
        Id = Id,
        ProviderId = ProviderId,
        ProviderName = ProviderName,
        ProviderDisplayName = ProviderDisplayName,
        Simulated = Simulated,
        UpstreamModel = UpstreamModel,
        Weight = Weight,
        Enabled = Enabled,
        Label = Label,
        Notes = Notes,
        RpmCap = RpmCap,
        TpmCap = TpmCap,
        Prices = Prices,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Etag = ETags.Of(Version),
    };
}
