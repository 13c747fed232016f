using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// Azure OpenAI (https://learn.microsoft.com/azure/ai-foundry/openai/reference). The upstream model is a deployment's name. Configuration: <c>api_version</c>;
/// <c>api</c> = <c>v1</c> for the API under <c>/openai/v1/</c>, which names the deployment in the body as OpenAI does.
/// </summary>
internal sealed class AzureOpenAiProvider : IProviderType
{
    /// <summary>The newest that is generally available.</summary>
    private const string DefaultApiVersion = "2024-10-21";

    private const string KeyHeader = "api-key";

    public IReadOnlyList<string> Names => ["azure_openai"];

    public WireFormat? FormatFor(WireFormat client, Upstream upstream) => client switch
    {
        WireFormat.OpenAiChat or WireFormat.AnthropicMessages => WireFormat.OpenAiChat,
        WireFormat.OpenAiResponses => upstream.Can("responses", otherwise: IsV1(upstream)) ? WireFormat.OpenAiResponses : WireFormat.OpenAiChat,
        WireFormat.OpenAiEmbeddings => WireFormat.OpenAiEmbeddings,
        _ => null,
    };

    public Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream)
    {
        var root = Root(upstream.BaseUrl);
        if (IsV1(upstream))
            return new Uri(root + "/v1" + OpenAiProvider.PathOf(format) + Version(upstream, otherwise: null));

        // Responses name their model in the body; they have no address under a deployment.
        var deployment = format == WireFormat.OpenAiResponses ? "" : "/deployments/" + Uri.EscapeDataString(upstreamModel);
        return new Uri(root + deployment + OpenAiProvider.PathOf(format) + Version(upstream, DefaultApiVersion));
    }

    public ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key)
    {
        if (key is not null)
            request.Headers.TryAddWithoutValidation(KeyHeader, key.Reveal());
        return ValueTask.CompletedTask;
    }

    /// <summary>The resource's address up to and with <c>/openai</c>, however much of it was configured.</summary>
    private static string Root(Uri baseUrl)
    {
        var text = baseUrl.AbsoluteUri.TrimEnd('/');
        if (text.EndsWith("/v1", StringComparison.OrdinalIgnoreCase))
            text = text[..^3];
        return text.EndsWith("/openai", StringComparison.OrdinalIgnoreCase) ? text : text + "/openai";
    }

    private static bool IsV1(Upstream upstream) =>
        Text(upstream, "api") == "v1" || upstream.BaseUrl.AbsolutePath.TrimEnd('/').EndsWith("/openai/v1", StringComparison.OrdinalIgnoreCase);

    private static string Version(Upstream upstream, string? otherwise) =>
        (Text(upstream, "api_version") ?? otherwise) is { } version ? "?api-version=" + Uri.EscapeDataString(version) : "";

    private static string? Text(Upstream upstream, string name) => upstream.Config.StringOrNull(name) is { Length: > 0 } text ? text : null;
}
