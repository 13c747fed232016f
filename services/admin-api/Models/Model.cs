using ThinkWatch.AdminApi.Routes;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Models;

/// <summary>A model that clients may ask for. Changed only while it is being made or patched, by one caller.</summary>
internal sealed class Model
{
    public static readonly IReadOnlyList<string> Strategies = ["latency_cost", "balanced", "latency", "weighted"];
    public static readonly IReadOnlyList<string> AffinityModes = ["none", "provider", "route"];

    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public string ModelId { get; set; } = "";

    public string DisplayName { get; set; } = "";

    public bool Enabled { get; set; } = true;

    public string? Strategy { get; set; }

    public string? AffinityMode { get; set; }

    public Prices Prices { get; set; } = Prices.Unknown;

    public long? ContextWindow { get; set; }

    public long? MaxOutputTokens { get; set; }

    public decimal InputMultiplier { get; set; } = 1;

    public decimal OutputMultiplier { get; set; } = 1;

    public IReadOnlyList<string> Tags { get; set; } = [];

    public long Version { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ModelView View(IReadOnlyCollection<ModelRoute> routes, ShippedPrices shipped)
    {
        var prices = EffectivePrices(routes, shipped);
        return new()
        {
            Id = Id,
            ModelId = ModelId,
            DisplayName = DisplayName,
            Enabled = Enabled,
            Strategy = Strategy,
            AffinityMode = AffinityMode,
            InputPrice = prices.InputPrice,
            OutputPrice = prices.OutputPrice,
            CachedInputPrice = prices.CachedInputPrice,
            CacheWritePrice = prices.CacheWritePrice,
            CacheWrite1hPrice = prices.CacheWrite1hPrice,
            ReasoningPrice = prices.ReasoningPrice,
            PriceSource = PriceSource(prices),
            ContextWindow = ContextWindow,
            MaxOutputTokens = MaxOutputTokens,
            InputMultiplier = InputMultiplier,
            OutputMultiplier = OutputMultiplier,
            Tags = Tags,
            Routes = [.. routes.Select(static route => route.View())],
            Simulated = routes.Any(static route => route.Simulated),
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            Etag = ETags.Of(Version),
            RoutesEtag = ETags.Of(ModelRoute.VersionOf(routes)),
        };
    }

    /// <summary>Its own prices, else those of the shipped table; unknown when there are neither.</summary>
    public Prices EffectivePrices(IEnumerable<ModelRoute> routes, ShippedPrices shipped) =>
        Prices != Prices.Unknown ? Prices : shipped.Find(ModelId, routes.Select(static route => route.UpstreamModel)) ?? Prices.Unknown;

    private string PriceSource(Prices effective)
    {
        if (Prices != Prices.Unknown)
            return ShippedPrices.Override;
        return effective == Prices.Unknown ? ShippedPrices.None : ShippedPrices.Shipped;
    }
}
