using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>OpenAI, and everybody who serves its API under another address.</summary>
internal sealed class OpenAiProvider : IProviderType
{
    public IReadOnlyList<string> Names => ["openai", "custom"];

    public WireFormat? FormatFor(WireFormat client, Upstream upstream) => WireFormat.OpenAiChat;

    public Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream) =>
        new(upstream.BaseUrl.AbsoluteUri.TrimEnd('/') + (HasVersion(upstream.BaseUrl) ? "/chat/completions" : "/v1/chat/completions"));

    public ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key)
    {
        if (key is not null)
            request.Headers.Authorization = key.Bearer;
        return ValueTask.CompletedTask;
    }

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
