using System.Text.Json;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>
/// Seals what a provider must not tell: keys, header values, configuration. Each envelope is bound to its cell
/// (<c>catalog.table/column/row</c>), so one that is copied elsewhere does not open.
/// </summary>
internal sealed class ProviderSecrets(Vault vault)
{
    /// <summary>Of the configuration, these are shown; whatever else it holds is a secret.</summary>
    private static readonly HashSet<string> _plainConfig = ["api_version", "api", "region", "endpoint", "deployment", "organization", "project", "service_tier"];

    public ProviderKey SealKey(string secret)
    {
        var id = Guid.CreateVersion7();
        return new ProviderKey(id, vault.Seal(secret, $"catalog.provider_keys/secret/{id}"), Masks.Of(secret));
    }

    public SealedText SealHeader(Guid providerId, string name, string value) =>
        new(vault.Seal(value, $"catalog.providers/headers/{providerId}/{name}"), Masks.Of(value));

    public Dictionary<string, JsonElement> OpenConfig(Provider provider) => provider.ConfigSealed is null
        ? []
        : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(vault.OpenString(provider.ConfigSealed, ConfigCell(provider.Id)))!;

    public void SealConfig(Provider provider, Dictionary<string, JsonElement> config)
    {
        provider.ConfigSealed = config.Count == 0 ? null : vault.Seal(JsonSerializer.Serialize(config), ConfigCell(provider.Id));
        provider.ConfigShown = JsonSerializer.Serialize(config.ToDictionary(static item => item.Key, static item => Shown(item.Key, item.Value)));
    }

    private static JsonElement Shown(string name, JsonElement value) =>
        _plainConfig.Contains(name) ? value : JsonSerializer.SerializeToElement(Masks.Of(value.ToString()));

    private static string ConfigCell(Guid providerId) => $"catalog.providers/config/{providerId}";
}
