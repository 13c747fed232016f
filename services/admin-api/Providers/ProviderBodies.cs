using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>What <c>POST /api/admin/providers</c> takes.</summary>
internal sealed record ProviderCreate
{
    [Required]
    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    [Required]
    [AllowedValues("openai", "anthropic", "google", "azure_openai", "bedrock", "custom")]
    public string? ProviderType { get; init; }

    [Required]
    public string? BaseUrl { get; init; }

    /// <summary>Write-only; answers show its last four characters.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Several keys, used in turn; instead of <c>api_key</c>.</summary>
    public IReadOnlyList<string>? ApiKeys { get; init; }

    /// <summary>Extra headers; values are write-only and may hold {{user_id}}, {{user_email}}, {{team}}.</summary>
    public IReadOnlyDictionary<string, string?>? Headers { get; init; }

    /// <summary>
    /// azure_openai: api (deployments, v1), api_version; bedrock: region, endpoint, credentials (static, container, instance), access_key_id, secret_access_key, session_token.
    /// Secrets are write-only.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement>? Config { get; init; }

    /// <summary>What the upstream can do beyond its type, e.g. responses; with '-' before it, what it cannot, e.g. -stream_usage.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    public bool? AllowPrivateNetwork { get; init; }

    public int? TimeoutSecs { get; init; }

    public bool? Enabled { get; init; }

    public bool? Simulated { get; init; }

    public ProviderPatch AsPatch() => new()
    {
        Name = new(Name),
        DisplayName = new(DisplayName ?? Name),
        BaseUrl = new(BaseUrl),
        ApiKey = ApiKey is null ? default : new(ApiKey),
        ApiKeys = ApiKeys is null ? default : new(ApiKeys),
        Headers = Headers is null ? default : new(Headers),
        Config = Config is null ? default : new(Config),
        Capabilities = new(Capabilities),
        AllowPrivateNetwork = new(AllowPrivateNetwork ?? false),
        TimeoutSecs = new(TimeoutSecs),
        Enabled = new(Enabled ?? true),
    };
}

/// <summary>
/// What <c>PATCH /api/admin/providers/{id}</c> takes: absent keeps, null clears. Headers and config are merged by name, a name with null goes;
/// a value that is sent back as it was shown (••••) stays what it is.
/// </summary>
internal sealed record ProviderPatch
{
    public Optional<string?> Name { get; init; }

    public Optional<string?> DisplayName { get; init; }

    public Optional<string?> BaseUrl { get; init; }

    public Optional<string?> ApiKey { get; init; }

    public Optional<IReadOnlyList<string>?> ApiKeys { get; init; }

    public Optional<IReadOnlyDictionary<string, string?>?> Headers { get; init; }

    public Optional<IReadOnlyDictionary<string, JsonElement>?> Config { get; init; }

    public Optional<IReadOnlyList<string>?> Capabilities { get; init; }

    public Optional<bool?> AllowPrivateNetwork { get; init; }

    public Optional<int?> TimeoutSecs { get; init; }

    public Optional<bool?> Enabled { get; init; }
}

/// <summary>A provider as the management API shows it: no secret, only what it ends in.</summary>
internal sealed record ProviderView
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string DisplayName { get; init; }

    [AllowedValues("openai", "anthropic", "google", "azure_openai", "bedrock", "custom")]
    public required string ProviderType { get; init; }

    public required string BaseUrl { get; init; }

    public required bool Enabled { get; init; }

    public required bool AllowPrivateNetwork { get; init; }

    public required int? TimeoutSecs { get; init; }

    /// <summary>The first key, masked; null when there is none.</summary>
    public required string? ApiKey { get; init; }

    public required IReadOnlyList<ProviderKeyView> ApiKeys { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> Config { get; init; }

    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>True for the simulator: its answers come from no real model.</summary>
    public required bool Simulated { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed record ProviderKeyView(Guid KeyId, string Hint);
