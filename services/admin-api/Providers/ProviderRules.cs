using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.ManagementApi;
using ThinkWatch.Outbound;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>Applies what was asked for to a provider, field by field, and collects everything that is wrong with it.</summary>
internal sealed partial class ProviderRules(ProviderSecrets secrets)
{
    private const int MaximumKeys = 32;
    private const int MaximumHeaders = 32;
    private const int MaximumText = 200;
    private const int MaximumSecret = 8192;
    private const int MaximumCapabilities = 32;
    private const int MaximumTimeout = 7200;

    /// <summary>Headers that belong to the connection or to the body; the gateway sets them itself.</summary>
    private static readonly HashSet<string> _reservedHeaders =
    [
        "host", "connection", "content-length", "content-type", "content-encoding", "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive",
        "proxy-authorization", "proxy-connection", "accept-encoding", "cookie",
    ];

    public void Apply(Provider provider, ProviderPatch patch, FieldErrors errors)
    {
        ApplyNames(provider, patch, errors);
        ApplyAddress(provider, patch, errors);
        if (patch.Enabled.IsSet)
            provider.Enabled = patch.Enabled.Value ?? true;
        if (patch.TimeoutSecs.IsSet)
        {
            errors.Require(patch.TimeoutSecs.Value is null or (>= 1 and <= MaximumTimeout), "timeout_secs", $"must be between 1 and {MaximumTimeout}");
            provider.TimeoutSecs = patch.TimeoutSecs.Value;
        }

        if (patch.Capabilities.IsSet)
        {
            provider.Capabilities = [.. (patch.Capabilities.Value ?? []).DistinctBy(static name => name?.TrimStart('-'))];
            errors.Require(provider.Capabilities.Count <= MaximumCapabilities && provider.Capabilities.All(static name => CapabilityPattern().IsMatch(name ?? "")), "capabilities",
                $"must be at most {MaximumCapabilities} names of lower-case letters, digits and '_', with '-' before what it cannot do");
        }

        ApplyKeys(provider, patch, errors);
        if (patch.Headers.IsSet)
            ApplyHeaders(provider, patch.Headers.Value, errors);
        if (patch.Config.IsSet)
            ApplyConfig(provider, patch.Config.Value, errors);
    }

    private static void ApplyNames(Provider provider, ProviderPatch patch, FieldErrors errors)
    {
        if (patch.Name.IsSet)
        {
            provider.Name = patch.Name.Value ?? "";
            errors.Require(NamePattern().IsMatch(provider.Name), "name", "must be 1 to 63 lower-case letters, digits, '-', '_' or '.', beginning with a letter or digit");
        }

        if (patch.DisplayName.IsSet)
        {
            provider.DisplayName = string.IsNullOrWhiteSpace(patch.DisplayName.Value) ? provider.Name : patch.DisplayName.Value.Trim();
            errors.Require(provider.DisplayName.Length <= MaximumText, "display_name", $"must not be longer than {MaximumText} characters");
        }
    }

    private static void ApplyAddress(Provider provider, ProviderPatch patch, FieldErrors errors)
    {
        if (patch.AllowPrivateNetwork.IsSet)
            provider.AllowPrivateNetwork = patch.AllowPrivateNetwork.Value ?? false;
        if (patch.BaseUrl.IsSet)
            provider.BaseUrl = patch.BaseUrl.Value?.Trim().TrimEnd('/') ?? "";

        // Either of the two may have changed what the other means.
        if ((patch.BaseUrl.IsSet || patch.AllowPrivateNetwork.IsSet) && OutboundUrl.Validate(provider.BaseUrl, provider.AllowPrivateNetwork) is { } wrong)
            errors.Add("base_url", wrong);
    }

    private void ApplyKeys(Provider provider, ProviderPatch patch, FieldErrors errors)
    {
        if (patch.ApiKey.IsSet && patch.ApiKeys.IsSet)
        {
            errors.Add("api_keys", "give either api_key or api_keys");
            return;
        }

        if (patch.ApiKey.IsSet)
            provider.Keys = Keys("api_key", string.IsNullOrEmpty(patch.ApiKey.Value) ? [] : [patch.ApiKey.Value]);
        if (patch.ApiKeys.IsSet)
            provider.Keys = Keys("api_keys", patch.ApiKeys.Value ?? []);

        IReadOnlyList<ProviderKey> Keys(string field, IReadOnlyList<string> given)
        {
            var kept = provider.Keys.ToList();
            var keys = new List<ProviderKey>(given.Count);
            errors.Require(given.Count <= MaximumKeys, field, $"must not have more than {MaximumKeys} items");
            foreach (var text in given.Take(MaximumKeys))
            {
                if (!Masks.IsMask(text ?? ""))
                {
                    errors.Require(IsSecretText(text), field, $"must be 1 to {MaximumSecret} visible ASCII characters");
                    keys.Add(secrets.SealKey(text ?? ""));
                }
                else if (kept.Find(key => key.Hint == text) is { } same)
                {
                    kept.Remove(same);
                    keys.Add(same);
                }
                else
                {
                    errors.Add(field, $"{text} is not one of the keys that are kept");
                }
            }

            return keys;
        }
    }

    private void ApplyHeaders(Provider provider, IReadOnlyDictionary<string, string?>? given, FieldErrors errors)
    {
        var headers = given is null ? [] : new Dictionary<string, SealedText>(provider.Headers);
        foreach (var (spelled, value) in given ?? new Dictionary<string, string?>())
        {
            var name = spelled.ToLowerInvariant();
            var field = $"headers.{spelled}";
            if (value is null)
                headers.Remove(name);
            else if (!HeaderPattern().IsMatch(name) || _reservedHeaders.Contains(name))
                errors.Add(field, "is not a header that can be set here");
            else if (Masks.IsMask(value))
                errors.Require(headers.TryGetValue(name, out var kept) && kept.Hint == value, field, "is masked, and no such value is kept");
            else if (value.Length > MaximumSecret || value.Any(static c => c is < ' ' or > '~'))
                errors.Add(field, $"must be at most {MaximumSecret} printable ASCII characters");
            else
                headers[name] = secrets.SealHeader(provider.Id, name, value);
        }

        errors.Require(headers.Count <= MaximumHeaders, "headers", $"must not have more than {MaximumHeaders} items");
        provider.Headers = headers;
    }

    private void ApplyConfig(Provider provider, IReadOnlyDictionary<string, JsonElement>? given, FieldErrors errors)
    {
        var config = given is null ? [] : secrets.OpenConfig(provider);
        foreach (var (name, value) in given ?? new Dictionary<string, JsonElement>())
        {
            var field = $"config.{(name.Length <= 64 ? name : name[..64])}";
            if (value.ValueKind == JsonValueKind.Null)
                config.Remove(name);
            else if (!ConfigRules.Knows(provider.ProviderType, name))
                errors.Add(field, $"is not read: {ConfigRules.NamesOf(provider.ProviderType)}");
            else if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array || value.GetRawText().Length > MaximumSecret)
                errors.Add(field, $"must be a text, a number or a truth value of at most {MaximumSecret} characters");
            else if (value.ValueKind == JsonValueKind.String && Masks.IsMask(value.GetString()!))
                errors.Require(config.TryGetValue(name, out var kept) && Masks.Of(kept.ToString()) == value.GetString(), field, "is masked, and no such value is kept");
            else
                config[name] = value.Clone();
        }

        ConfigRules.Check(provider, config, errors);
        secrets.SealConfig(provider, config);
    }

    private static bool IsSecretText(string? text) => text is { Length: > 0 and <= MaximumSecret } && text.All(static c => c is > ' ' and <= '~');

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[a-z0-9!#$%&'*+.^_`|~-]{1,100}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex HeaderPattern();

    [GeneratedRegex(@"^-?[a-z][a-z0-9_]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex CapabilityPattern();
}
