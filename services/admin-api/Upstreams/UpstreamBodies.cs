using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Providers;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>
/// What <c>POST /api/admin/providers/test</c> takes: a stored provider's id, a body that is not stored yet, or both, and then the body changes what is stored
/// for this test only.
/// </summary>
internal sealed record ProviderTest
{
    public Guid? ProviderId { get; init; }

    [AllowedValues("openai", "anthropic", "google", "azure_openai", "bedrock", "custom", null)]
    public string? ProviderType { get; init; }

    public Optional<string?> BaseUrl { get; init; }

    public Optional<string?> ApiKey { get; init; }

    public Optional<IReadOnlyList<string>?> ApiKeys { get; init; }

    public Optional<IReadOnlyDictionary<string, string?>?> Headers { get; init; }

    public Optional<IReadOnlyDictionary<string, JsonElement>?> Config { get; init; }

    public Optional<bool?> AllowPrivateNetwork { get; init; }

    public ProviderPatch AsPatch() => new()
    {
        BaseUrl = BaseUrl,
        ApiKey = ApiKey,
        ApiKeys = ApiKeys,
        Headers = Headers,
        Config = Config,
        AllowPrivateNetwork = AllowPrivateNetwork,
    };
}

/// <param name="Ok">The provider answered with its models.</param>
/// <param name="Status">Its HTTP status; null when it did not answer.</param>
/// <param name="LatencyMs">Until the whole answer was there; null when there was none.</param>
/// <param name="ModelsFound">How many models it listed.</param>
/// <param name="Error">What went wrong, in words; never with a secret in it.</param>
internal sealed record ProviderTestResult(bool Ok, int? Status, double? LatencyMs, int? ModelsFound, string? Error);

/// <summary>One of the models that a provider lists.</summary>
internal sealed record RemoteModel
{
    /// <summary>What the provider calls it.</summary>
    public required string UpstreamModel { get; init; }

    public required string? DisplayName { get; init; }

    public required long? ContextWindow { get; init; }

    public required long? MaxOutputTokens { get; init; }

    /// <summary>From the shipped table; null = unknown.</summary>
    public required Prices? Prices { get; init; }

    /// <summary>The model_ids whose routes lead to it already.</summary>
    public required IReadOnlyList<string> ImportedAs { get; init; }
}

/// <param name="PricesDate">The day that the shipped prices are of.</param>
internal sealed record RemoteModels(IReadOnlyList<RemoteModel> Items, DateOnly PricesDate);

/// <summary>What <c>POST /api/admin/providers/{id}/import-models</c> takes.</summary>
internal sealed record ModelImport
{
    [Required]
    public IReadOnlyList<ModelToImport>? Models { get; init; }
}

internal sealed record ModelToImport
{
    [Required]
    public string? UpstreamModel { get; init; }

    /// <summary>What clients ask for; absent = the provider's name for it. An existing model gets a route more.</summary>
    public string? ModelId { get; init; }

    public string? DisplayName { get; init; }

    public long? ContextWindow { get; init; }

    public long? MaxOutputTokens { get; init; }

    public bool? Enabled { get; init; }
}

/// <summary>One result an item, in the order of the items; all of them were done together.</summary>
internal sealed record ModelImportResult(IReadOnlyList<ImportedModel> Results);

/// <param name="Status">201 = a model or a route was made; 200 = both were there.</param>
internal sealed record ImportedModel(int Index, int Status, Guid Id, string ModelId, Guid RouteId, [property: AllowedValues("shipped", "override", "none")] string PriceSource);
