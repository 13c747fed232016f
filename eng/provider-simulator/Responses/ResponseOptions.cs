using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>What only a Responses call says. <see cref="Request"/> is echoed in the answer.</summary>
internal sealed record ResponseOptions(bool Store, bool Encrypted, string? PreviousId, JsonElement Request)
{
    /// <summary>Set with the answer.</summary>
    public string Id { get; set; } = "";

    /// <summary>How many parts of the system came from <c>instructions</c>, which a later call does not inherit.</summary>
    public int Instructions { get; set; }
}
