using System.ComponentModel.DataAnnotations;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Routes;

/// <summary>What <c>POST /api/admin/models/{id}/routes</c> takes.</summary>
internal sealed record RouteCreate
{
    [Required]
    public Guid? ProviderId { get; init; }

    /// <summary>What the provider calls the model; absent = the model's own id.</summary>
    public string? UpstreamModel { get; init; }

    public int? Weight { get; init; }

    public bool? Enabled { get; init; }

    public string? Label { get; init; }

    public string? Notes { get; init; }

    /// <summary>Requests a minute that this route may take; absent = no cap.</summary>
    public long? RpmCap { get; init; }

    /// <summary>Tokens a minute that this route may take; absent = no cap.</summary>
    public long? TpmCap { get; init; }

    /// <summary>In place of the model's.</summary>
    public Prices? Prices { get; init; }

    public RoutePatch AsPatch(string modelId) => new()
    {
        UpstreamModel = new(UpstreamModel ?? modelId),
        Weight = new(Weight),
        Enabled = new(Enabled),
        Label = new(Label),
        Notes = new(Notes),
        RpmCap = new(RpmCap),
        TpmCap = new(TpmCap),
        Prices = new(Prices),
    };
}

/// <summary>What <c>PATCH /api/admin/model-routes/{id}</c> takes: absent keeps, null clears.</summary>
internal sealed record RoutePatch
{
    public Optional<string?> UpstreamModel { get; init; }

    public Optional<int?> Weight { get; init; }

    public Optional<bool?> Enabled { get; init; }

    public Optional<string?> Label { get; init; }

    public Optional<string?> Notes { get; init; }

    public Optional<long?> RpmCap { get; init; }

    public Optional<long?> TpmCap { get; init; }

    public Optional<Prices?> Prices { get; init; }
}

/// <summary>A route as the management API shows it.</summary>
internal sealed record RouteView
{
    public required Guid Id { get; init; }

    public required Guid ProviderId { get; init; }

    public required string ProviderName { get; init; }

    public required string ProviderDisplayName { get; init; }

    /// <summary>True when the simulator answers, not a real model.</summary>
    public required bool Simulated { get; init; }

    public required string UpstreamModel { get; init; }

    public required int Weight { get; init; }

    public required bool Enabled { get; init; }

    public required string? Label { get; init; }

    public required string? Notes { get; init; }

    public required long? RpmCap { get; init; }

    public required long? TpmCap { get; init; }

    /// <summary>Null: the model's prices apply.</summary>
    public required Prices? Prices { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>For If-Match, as the header of the route read alone.</summary>
    public required string Etag { get; init; }
}
