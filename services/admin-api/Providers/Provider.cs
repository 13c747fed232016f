using System.Text.Json;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>A provider as it is stored: its secrets are envelopes. Changed only while it is being made or patched, by one caller.</summary>
internal sealed class Provider
{
    public static readonly IReadOnlyList<string> Types = ["openai", "anthropic", "google", "azure_openai", "bedrock", "custom"];

    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public required string ProviderType { get; init; }

    public bool Simulated { get; init; }

    public string Name { get; set; } = "";

    public string DisplayName { get; set; } = "";

    public string BaseUrl { get; set; } = "";

    public bool Enabled { get; set; } = true;

    public bool AllowPrivateNetwork { get; set; }

    public int? TimeoutSecs { get; set; }

    public IReadOnlyList<ProviderKey> Keys { get; set; } = [];

    /// <summary>Lower-case name → its sealed value.</summary>
    public IReadOnlyDictionary<string, SealedText> Headers { get; set; } = new Dictionary<string, SealedText>();

    /// <summary>The envelope of the whole configuration; null when there is none.</summary>
    public string? ConfigSealed { get; set; }

    public string ConfigShown { get; set; } = "{}";

    public IReadOnlyList<string> Capabilities { get; set; } = [];

    public long Version { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ProviderView View() => new()
    {
        Id = Id,
        Name = Name,
        DisplayName = DisplayName,
        ProviderType = ProviderType,
        BaseUrl = BaseUrl,
        Enabled = Enabled,
        AllowPrivateNetwork = AllowPrivateNetwork,
        TimeoutSecs = TimeoutSecs,
        ApiKey = Keys is [var first, ..] ? first.Hint : null,
        ApiKeys = [.. Keys.Select(static key => new ProviderKeyView(key.Id, key.Hint))],
        Headers = Headers.ToDictionary(static header => header.Key, static header => header.Value.Hint),
        Config = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ConfigShown)!,
        Capabilities = Capabilities,
        Simulated = Simulated,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}

/// <summary>One of a provider's keys; <see cref="Hint"/> is what may be shown.</summary>
internal sealed record ProviderKey(Guid Id, string Sealed, string Hint);

internal sealed record SealedText(string Sealed, string Hint);
