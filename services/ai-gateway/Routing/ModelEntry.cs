namespace ThinkWatch.AiGateway.Routing;

/// <summary>A model that clients may ask for, with those of its routes that are enabled at an enabled provider. Immutable.</summary>
internal sealed record ModelEntry
{
    public required string ModelId { get; init; }

    /// <summary>False: the kill switch is thrown.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Empty: the setting decides.</summary>
    public string Strategy { get; init; } = "";

    /// <summary>Empty: the setting decides.</summary>
    public string AffinityMode { get; init; } = "";

    /// <summary>Who it is said to be owned by in lists: the provider, when there is but one.</summary>
    public required string OwnedBy { get; init; }

    public required long CreatedAtUnix { get; init; }

    public string DisplayName { get; init; } = "";

    /// <summary>Tokens; 0 when nobody said.</summary>
    public long ContextWindow { get; init; }

    /// <summary>Tokens; 0 when nobody said.</summary>
    public long MaxOutputTokens { get; init; }

    public required double InputMultiplier { get; init; }

    public required double OutputMultiplier { get; init; }

    public required RouteCandidate[] Routes { get; init; }

    /// <summary>Not registered: routed to all providers of a type by the beginning of its name.</summary>
    public bool ByPrefix { get; init; }

    public long Weighted(in Accounting.TokenUsage usage) =>
        (long)Math.Round((usage.Input * InputMultiplier) + (usage.Output * OutputMultiplier), MidpointRounding.AwayFromZero);
}
