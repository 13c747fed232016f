using System.Net.Http.Headers;
using System.Security.Cryptography;
using ThinkWatch.Outbound.Aws;

namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>The request that lists a provider's models: free of charge everywhere, and refused where the credentials are wrong.</summary>
internal static class ModelListRequest
{
    private const string AnthropicVersion = "2023-06-01";
    private const string AzureVersion = "2024-10-21";
    private const string DefaultRegion = "us-east-1";

    public static HttpRequestMessage For(ProviderReach provider, DateTimeOffset now)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(provider)) { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.ParseAdd("ThinkWatch");
        foreach (var (name, value) in provider.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        Authorize(request, provider, now);
        return request;
    }

    private static Uri UrlOf(ProviderReach provider)
    {
        var root = provider.BaseUrl.AbsoluteUri.TrimEnd('/');
        return new Uri(provider.Type switch
        {
            "anthropic" => WithoutSuffix(root, "/v1") + "/v1/models?limit=1000",
            "google" => (provider.BaseUrl.Segments[^1].TrimEnd('/') is "v1" or "v1beta" or "v1alpha" ? root : root + "/v1beta") + "/models?pageSize=1000",
            "azure_openai" => AzureUrl(provider, root),
            "bedrock" => BedrockControlUrl(provider),
            _ => root + (HasVersion(provider.BaseUrl) ? "" : "/v1") + "/models",
        });
    }

    private static void Authorize(HttpRequestMessage request, ProviderReach provider, DateTimeOffset now)
    {
        if (provider.Type == "anthropic")
            request.Headers.TryAddWithoutValidation("anthropic-version", AnthropicVersion);
        if (provider.Type == "bedrock" && provider.Setting("access_key_id") is { } id && provider.Setting("secret_access_key") is { } secret)
        {
            Sign(request, id, secret, provider.Setting("session_token"), RegionOf(provider), now);
            return;
        }

        if (provider.Key is not { } key)
            return;
        switch (provider.Type)
        {
            case "anthropic":
                request.Headers.TryAddWithoutValidation("x-api-key", key);
                break;
            case "google":
                request.Headers.TryAddWithoutValidation("x-goog-api-key", key);
                break;
            case "azure_openai":
                request.Headers.TryAddWithoutValidation("api-key", key);
                break;
            default:
                request.Headers.TryAddWithoutValidation("authorization", "Bearer " + key);
                break;
        }
    }

    private static void Sign(HttpRequestMessage request, string accessKeyId, string secretAccessKey, string? sessionToken, string region, DateTimeOffset now)
    {
        var url = request.RequestUri!;
        var timestamp = SigV4.Timestamp(now);
        var payloadHash = Convert.ToHexStringLower(SHA256.HashData([]));
        var headers = new List<(string Name, string Value)> { ("host", url.Authority), ("x-amz-content-sha256", payloadHash), ("x-amz-date", timestamp) };
        if (sessionToken is not null)
            headers.Add(("x-amz-security-token", sessionToken));
        foreach (var (name, value) in headers.Skip(1))
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation(
            "authorization", SigV4.Authorize(request.Method.Method, url, headers, payloadHash, accessKeyId, secretAccessKey, region, "bedrock", timestamp));
    }

    private static string AzureUrl(ProviderReach provider, string root)
    {
        var isV1 = provider.Setting("api") == "v1" || root.EndsWith("/openai/v1", StringComparison.OrdinalIgnoreCase);
        root = WithoutSuffix(root, "/v1");
        if (!root.EndsWith("/openai", StringComparison.OrdinalIgnoreCase))
            root += "/openai";
        var version = provider.Setting("api_version") ?? (isV1 ? null : AzureVersion);
        return root + (isV1 ? "/v1/models" : "/models") + (version is null ? "" : "?api-version=" + Uri.EscapeDataString(version));
    }

    /// <summary>Models are listed by the control plane, whose address differs by one word from the runtime's; an address of another make is asked itself.</summary>
    private static string BedrockControlUrl(ProviderReach provider)
    {
        var endpoint = provider.Setting("endpoint") is { } given ? new Uri(given) : provider.BaseUrl;
        return endpoint.AbsoluteUri.TrimEnd('/').Replace("://bedrock-runtime", "://bedrock", StringComparison.Ordinal) + "/foundation-models";
    }

    private static string RegionOf(ProviderReach provider)
    {
        var labels = provider.BaseUrl.Host.Split('.');
        return provider.Setting("region") ?? (labels.Length >= 4 && labels[0].StartsWith("bedrock", StringComparison.Ordinal) ? labels[1] : DefaultRegion);
    }

    private static string WithoutSuffix(string text, string suffix) => text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? text[..^suffix.Length] : text;

    /// <summary>True for a path such as <c>/v1</c> or <c>/v1beta/openai</c>: nothing is to be added to it.</summary>
    private static bool HasVersion(Uri baseUrl) => baseUrl.Segments.Any(static segment => segment.Length >= 2 && segment[0] == 'v' && char.IsAsciiDigit(segment[1]));
}

/// <summary>Why a provider could not be asked, or did not answer as it should; its message may be shown.</summary>
internal sealed class ProbeException(string message, int? status = null) : Exception(message)
{
    /// <summary>What the provider answered; null when it did not.</summary>
    public int? Status { get; } = status;
}
