namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>What only a Responses call says.</summary>
internal sealed record ResponseOptions(bool Store, bool Encrypted, bool Summary, string? PreviousId);
