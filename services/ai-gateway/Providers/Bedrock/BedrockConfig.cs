using System.Text.Json;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AiGateway.Providers.Bedrock;

internal enum CredentialKind
{
    /// <summary>In the configuration itself.</summary>
    Static,

    /// <summary>Of the container's role: ECS, EKS pod identity.</summary>
    Container,

    /// <summary>Of the virtual machine's role.</summary>
    Instance,

    /// <summary>A Bedrock API key: the provider's own key, sent as a bearer token.</summary>
    ApiKey,
}

/// <summary>
/// A Bedrock provider's configuration: <c>region</c>, <c>endpoint</c>, <c>access_key_id</c>, <c>secret_access_key</c>, <c>session_token</c>, or
/// <c>credentials</c> = <c>container</c> | <c>instance</c>.
/// </summary>
internal sealed record BedrockConfig(string Region, Uri Endpoint, CredentialKind Kind, AwsCredentials? Credentials)
{
    private const string DefaultRegion = "us-east-1";

    public static BedrockConfig Of(JsonElement config, Uri baseUrl)
    {
        var endpoint = Uri.TryCreate(config.StringOrNull("endpoint")?.TrimEnd('/'), UriKind.Absolute, out var given) && given.Scheme is "http" or "https" ? given : baseUrl;
        var region = config.StringOrNull("region") is { Length: > 0 } said ? said : RegionOf(endpoint);
        AwsCredentials? keys = null;
        if (config.StringOrNull("access_key_id") is { Length: > 0 } id && config.StringOrNull("secret_access_key") is { Length: > 0 } secret)
            keys = new AwsCredentials(id, secret, config.StringOrNull("session_token") is { Length: > 0 } token ? token : null);
        var kind = config.StringOrNull("credentials") switch
        {
            "container" => CredentialKind.Container,
            "instance" => CredentialKind.Instance,
            _ => keys is null ? CredentialKind.ApiKey : CredentialKind.Static,
        };
        return new BedrockConfig(region, endpoint, kind, keys);
    }

    /// <summary>AWS's own addresses name it: <c>bedrock-runtime.eu-central-1.amazonaws.com</c>.</summary>
    private static string RegionOf(Uri endpoint)
    {
        var labels = endpoint.Host.Split('.');
        return labels.Length >= 4 && labels[0].StartsWith("bedrock-runtime", StringComparison.Ordinal) ? labels[1] : DefaultRegion;
    }
}
