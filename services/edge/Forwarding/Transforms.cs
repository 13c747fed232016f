using ThinkWatch.Edge.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace ThinkWatch.Edge.Forwarding;

/// <summary>
/// What edge changes in a request: the path prefix, and X-Forwarded-* which it writes itself and never believes, since it is the
/// fleet's outermost hop.
/// </summary>
internal sealed class Transforms(string strip) : HttpTransformer
{
    private static readonly Transforms Plain = new("");
    private static readonly Transforms Stripped = new("/gateway");

    public static Transforms For(EdgeRoute route) => route.Strip.Length == 0 ? Plain : Stripped;

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        if (strip.Length > 0 && httpContext.Request.Path.StartsWithSegments(strip, StringComparison.Ordinal, out var rest))
        {
            proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, rest, httpContext.Request.QueryString);
        }

        var headers = proxyRequest.Headers;
        headers.Remove("X-Forwarded-For");
        headers.Remove("X-Forwarded-Proto");
        headers.Remove("X-Forwarded-Host");
        headers.Remove("Forwarded");
        headers.TryAddWithoutValidation("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        headers.TryAddWithoutValidation("X-Forwarded-Host", httpContext.Request.Host.Value);
    }
}
