using System.Text.Json;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.AdminApi.Upstreams;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>
/// Seals what a provider must not tell: keys, header values, configuration. Each envelope is bound to its cell
/// (<c>catalog.table/column/row</c>), so one that is copied elsewhere does not open.
/// </summary>
internal sealed class ProviderSecrets(Vault vault)
{
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

    /// <summary>What a call to it takes, in clear. It lives as long as the call and is never written anywhere.</summary>
    public ProviderReach Reach(Provider provider) => new()
    {
        Type = provider.ProviderType,
        BaseUrl = new Uri(provider.BaseUrl),
        AllowPrivateNetwork = provider.AllowPrivateNetwork,
        Key = provider.Keys is [var first, ..] ? vault.OpenString(first.Sealed, $"catalog.provider_keys/secret/{first.Id}") : null,
        Headers = [.. provider.Headers.Select(header => (header.Key, vault.OpenString(header.Value.Sealed, $"catalog.providers/headers/{provider.Id}/{header.Key}")))],
        Config = OpenConfig(provider).ToDictionary(static item => item.Key, static item => item.Value.ToString()),
    };

    private static JsonElement Shown(string name, JsonElement value) =>
        ConfigRules.Shown.Contains(name) ? value : JsonSerializer.SerializeToElement(Masks.Of(value.ToString()));

    private static string ConfigCell(Guid providerId) => $"catalog.providers/config/{providerId}";
}
