using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>OpenAI, and everybody who serves its API under another address.</summary>
internal sealed class OpenAiProvider : IProviderType
{
    public IReadOnlyList<string> Names => ["openai", "custom"];

    public WireFormat? FormatFor(WireFormat client, Upstream upstream) => client switch
    {
        WireFormat.OpenAiChat or WireFormat.AnthropicMessages => WireFormat.OpenAiChat,
        WireFormat.OpenAiResponses => ServesResponses(upstream) ? WireFormat.OpenAiResponses : WireFormat.OpenAiChat,
        WireFormat.OpenAiEmbeddings => upstream.Can("embeddings", otherwise: true) ? WireFormat.OpenAiEmbeddings : null,
        _ => null,
    };

    public Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream) =>
        new(upstream.BaseUrl.AbsoluteUri.TrimEnd('/') + (HasVersion(upstream.BaseUrl) ? "" : "/v1") + PathOf(format));

    public ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key)
    {
        if (key is not null)
            request.Headers.Authorization = key.Bearer;
        return ValueTask.CompletedTask;
    }

    public static string PathOf(WireFormat format) => format switch
    {
        WireFormat.OpenAiEmbeddings => "/embeddings",
        WireFormat.OpenAiResponses => "/responses",
        _ => "/chat/completions",
    };

    /// <summary>Capability flag <c>responses</c>: OpenAI has that API, of others only an administrator can tell.</summary>
    private static bool ServesResponses(Upstream upstream) => upstream.Can("responses", otherwise: upstream.Type == "openai");

    /// <summary>True for a path such as <c>/v1</c> or <c>/v1beta/openai</c>: nothing is to be added to it.</summary>
    private static bool HasVersion(Uri baseUrl)
    {
        foreach (var segment in baseUrl.Segments)
        {
            if (segment.Length >= 2 && segment[0] == 'v' && char.IsAsciiDigit(segment[1]))
                return true;
        }

        return false;
    }
}
