using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Models;

/// <summary>What <c>POST /api/admin/models</c> takes; prices in USD per 1,000,000 tokens.</summary>
internal sealed record ModelCreate
{
    /// <summary>What a client asks for.</summary>
    [Required]
    public string? ModelId { get; init; }

    public string? DisplayName { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>latency_cost | balanced | latency | weighted; absent = the setting.</summary>
    public string? Strategy { get; init; }

    /// <summary>none | provider | route; absent = the setting.</summary>
    public string? AffinityMode { get; init; }

    public decimal? InputPrice { get; init; }

    public decimal? OutputPrice { get; init; }

    public decimal? CachedInputPrice { get; init; }

    public decimal? CacheWritePrice { get; init; }

    [JsonPropertyName("cache_write_1h_price")]
    public decimal? CacheWrite1hPrice { get; init; }

    public decimal? ReasoningPrice { get; init; }

    public long? ContextWindow { get; init; }

    public long? MaxOutputTokens { get; init; }

    public decimal? InputMultiplier { get; init; }

    public decimal? OutputMultiplier { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public ModelPatch AsPatch() => new()
    {
        ModelId = new(ModelId),
        DisplayName = new(DisplayName ?? ModelId),
        Enabled = new(Enabled ?? true),
        Strategy = new(Strategy),
        AffinityMode = new(AffinityMode),
        InputPrice = new(InputPrice),
        OutputPrice = new(OutputPrice),
        CachedInputPrice = new(CachedInputPrice),
        CacheWritePrice = new(CacheWritePrice),
        CacheWrite1hPrice = new(CacheWrite1hPrice),
        ReasoningPrice = new(ReasoningPrice),
        ContextWindow = new(ContextWindow),
        MaxOutputTokens = new(MaxOutputTokens),
        InputMultiplier = new(InputMultiplier),
        OutputMultiplier = new(OutputMultiplier),
        Tags = new(Tags),
    };
}

/// <summary>What <c>PATCH /api/admin/models/{id}</c> takes: absent keeps, null clears.</summary>
internal sealed record ModelPatch
{
    public Optional<string?> ModelId { get; init; }

    public Optional<string?> DisplayName { get; init; }

    public Optional<bool?> Enabled { get; init; }

    public Optional<string?> Strategy { get; init; }

    public Optional<string?> AffinityMode { get; init; }

    public Optional<decimal?> InputPrice { get; init; }

    public Optional<decimal?> OutputPrice { get; init; }

    public Optional<decimal?> CachedInputPrice { get; init; }

    public Optional<decimal?> CacheWritePrice { get; init; }

    [JsonPropertyName("cache_write_1h_price")]
    public Optional<decimal?> CacheWrite1hPrice { get; init; }

    public Optional<decimal?> ReasoningPrice { get; init; }

    public Optional<long?> ContextWindow { get; init; }

    public Optional<long?> MaxOutputTokens { get; init; }

    public Optional<decimal?> InputMultiplier { get; init; }

    public Optional<decimal?> OutputMultiplier { get; init; }

    public Optional<IReadOnlyList<string>?> Tags { get; init; }
}

/// <summary>A model as the management API shows it, with its routes.</summary>
internal sealed record ModelView
{
    public required Guid Id { get; init; }

    public required string ModelId { get; init; }

    public required string DisplayName { get; init; }

    public required bool Enabled { get; init; }

    public required string? Strategy { get; init; }

    public required string? AffinityMode { get; init; }

    public required decimal? InputPrice { get; init; }

    public required decimal? OutputPrice { get; init; }

    public required decimal? CachedInputPrice { get; init; }

    public required decimal? CacheWritePrice { get; init; }

    [JsonPropertyName("cache_write_1h_price")]
    public required decimal? CacheWrite1hPrice { get; init; }

    public required decimal? ReasoningPrice { get; init; }

    /// <summary>Where the prices come from: the table shipped with this release, somebody here, or nowhere.</summary>
    [AllowedValues("shipped", "override", "none")]
    public required string PriceSource { get; init; }

    public required long? ContextWindow { get; init; }

    public required long? MaxOutputTokens { get; init; }

    public required decimal InputMultiplier { get; init; }

    public required decimal OutputMultiplier { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required IReadOnlyList<RouteView> Routes { get; init; }

    /// <summary>True when the simulator may answer for it.</summary>
    public required bool Simulated { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>For If-Match, as the header of the model read alone: of what is set at the model itself.</summary>
    public required string Etag { get; init; }

    /// <summary>For If-Match of a change of weights, as the header of the list of its routes: of all of them together.</summary>
    public required string RoutesEtag { get; init; }
}
