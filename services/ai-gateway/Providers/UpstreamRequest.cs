using System.Net;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>Makes the request of one attempt.</summary>
internal static class UpstreamRequest
{
    /// <summary>Carries the row's id to the provider, so that both sides' logs can be compared.</summary>
    public const string RequestIdHeader = "x-thinkwatch-request-id";

    public static async ValueTask<HttpRequestMessage> MakeAsync(Exchange exchange, RouteCandidate candidate, UpstreamBody body, UpstreamKey? key)
    {
        var upstream = candidate.Upstream;
        var url = candidate.CallUrl(exchange.Target, exchange.Facts.Stream);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = body };
        if (url.Scheme == Uri.UriSchemeHttps)
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }

        request.Headers.TryAddWithoutValidation(RequestIdHeader, exchange.IdText);
        foreach (var header in upstream.Headers)
            request.Headers.TryAddWithoutValidation(header.Name, header.For(exchange.Principal!.Principal));
        await upstream.Reach.AuthorizeAsync(request, body, exchange, candidate, key);
        return request;
    }
}
