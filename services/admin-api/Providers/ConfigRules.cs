using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.ManagementApi;
using ThinkWatch.Outbound;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>What the configuration of each type of provider may hold; a name that nothing would read is refused.</summary>
internal static partial class ConfigRules
{
    private static readonly Dictionary<string, string[]> _names = new()
    {
        ["azure_openai"] = ["api", "api_version"],
        ["bedrock"] = ["region", "endpoint", "credentials", "access_key_id", "secret_access_key", "session_token"],
    };

    /// <summary>Names whose values are shown; every other value is a secret, or as good as one.</summary>
    public static readonly IReadOnlySet<string> Shown = new HashSet<string> { "api", "api_version", "region", "endpoint", "credentials" };

    public static bool Knows(string type, string name) => _names.TryGetValue(type, out var names) && names.Contains(name);

    public static string NamesOf(string type) => _names.TryGetValue(type, out var names) ? $"{type} takes {string.Join(", ", names)}" : $"{type} takes no configuration";

    /// <summary>Checks the whole, as it will be stored.</summary>
    public static void Check(Provider provider, IReadOnlyDictionary<string, JsonElement> config, FieldErrors errors)
    {
        if (provider.ProviderType == "azure_openai")
            CheckAzure(config, errors);
        else if (provider.ProviderType == "bedrock")
            CheckBedrock(provider, config, errors);
    }

    private static void CheckAzure(IReadOnlyDictionary<string, JsonElement> config, FieldErrors errors) => errors
        .Require(Text(config, "api") is null or "deployments" or "v1", "config.api", "must be deployments or v1")
        .Require(Text(config, "api_version") is not { } version || VersionPattern().IsMatch(version), "config.api_version", "must be like 2024-10-21, 2025-04-01-preview, preview or latest");

    private static void CheckBedrock(Provider provider, IReadOnlyDictionary<string, JsonElement> config, FieldErrors errors)
    {
        var kind = Text(config, "credentials");
        var (id, secret) = (Text(config, "access_key_id"), Text(config, "secret_access_key"));
        errors.Require(Text(config, "region") is not { } region || RegionPattern().IsMatch(region), "config.region", "must be like eu-central-1")
            .Require(kind is null or "static" or "container" or "instance", "config.credentials", "must be static, container or instance")
            .Require(id is null || KeyIdPattern().IsMatch(id), "config.access_key_id", "must be 16 to 128 letters, digits or underscores");
        if (Text(config, "endpoint") is { } endpoint && OutboundUrl.Validate(endpoint, provider.AllowPrivateNetwork) is { } wrong)
            errors.Add("config.endpoint", wrong);
        if (kind is "container" or "instance")
        {
            errors.Require(id is null && secret is null, "config.credentials", $"{kind} takes its keys from the role: leave access_key_id and secret_access_key out");
            return;
        }

        errors.Require(id is not null || (secret is null && kind != "static"), "config.access_key_id", "is required beside secret_access_key")
            .Require(secret is not null || (id is null && kind != "static"), "config.secret_access_key", "is required beside access_key_id");
    }

    private static string? Text(IReadOnlyDictionary<string, JsonElement> config, string name) =>
        config.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

    [GeneratedRegex(@"^(\d{4}-\d{2}-\d{2}(-preview)?|preview|latest|v1)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"^[a-z]{2,4}(-[a-z]+)+-\d{1,2}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex RegionPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_]{16,128}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex KeyIdPattern();
}
