using ThinkWatch.AdminApi.Routes;

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

    public ModelView View(IReadOnlyCollection<ModelRoute> routes) => new()
    {
        Id = Id,
        ModelId = ModelId,
        DisplayName = DisplayName,
        Enabled = Enabled,
        Strategy = Strategy,
        AffinityMode = AffinityMode,
        InputPrice = Prices.InputPrice,
        OutputPrice = Prices.OutputPrice,
        CachedInputPrice = Prices.CachedInputPrice,
        CacheWritePrice = Prices.CacheWritePrice,
        CacheWrite1hPrice = Prices.CacheWrite1hPrice,
        ReasoningPrice = Prices.ReasoningPrice,
        ContextWindow = ContextWindow,
        MaxOutputTokens = MaxOutputTokens,
        InputMultiplier = InputMultiplier,
        OutputMultiplier = OutputMultiplier,
        Tags = Tags,
        Routes = [.. routes.Select(static route => route.View())],
        Simulated = routes.Any(static route => route.Simulated),
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
