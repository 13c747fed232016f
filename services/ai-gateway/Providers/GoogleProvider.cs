using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>Google's Gemini API (https://ai.google.dev/api). The key goes into a header, never into an address, which others log.</summary>
internal sealed class GoogleProvider : IProviderType
{
    private const string KeyHeader = "x-goog-api-key";

    public IReadOnlyList<string> Names => ["google"];

    public WireFormat? FormatFor(WireFormat client, Upstream upstream) => client switch
    {
        WireFormat.OpenAiChat or WireFormat.OpenAiResponses or WireFormat.AnthropicMessages => WireFormat.Gemini,
        WireFormat.OpenAiEmbeddings => WireFormat.GeminiEmbeddings,
        _ => null,
    };

    public Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream)
    {
        var method = format switch
        {
            WireFormat.GeminiEmbeddings => ":batchEmbedContents",
            _ when stream => ":streamGenerateContent?alt=sse",
            _ => ":generateContent",
        };
        var name = string.Join('/', upstreamModel.Split('/').Select(Uri.EscapeDataString));
        if (!upstreamModel.Contains('/', StringComparison.Ordinal))
            name = "models/" + name;
        var root = upstream.BaseUrl.AbsoluteUri.TrimEnd('/');
        return new Uri((HasVersion(upstream.BaseUrl) ? root : root + "/v1beta") + "/" + name + method);
    }

    public ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key)
    {
        if (key is not null)
            request.Headers.TryAddWithoutValidation(KeyHeader, key.Reveal());
        return ValueTask.CompletedTask;
    }

    private static bool HasVersion(Uri baseUrl) => baseUrl.Segments[^1].TrimEnd('/') is "v1" or "v1beta" or "v1alpha";
}
