using System.Diagnostics;
using System.Net;
using ThinkWatch.Edge.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace ThinkWatch.Edge.Forwarding;

/// <summary>Passes a request to a replica of the service that owns its path and the answer back as it arrives. Thread-safe.</summary>
internal sealed partial class FleetForwarder(IHttpForwarder forwarder, Replicas replicas, ILogger<FleetForwarder> log) : IDisposable
{
    // Longer than the gateway's own request time-out, which answers in the caller's protocol.
    private static readonly ForwarderRequestConfig Request = new()
    {
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = TimeSpan.FromMinutes(11),
    };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        ActivityHeadersPropagator = new Yarp.ReverseProxy.Forwarder.ReverseProxyPropagator(DistributedContextPropagator.Current),
    });

    public async Task ForwardAsync(HttpContext http, EdgeRoute route)
    {
        for (var left = replicas.Of(route.Service).Count; left > 0; left--)
        {
            var replica = replicas.Next(route.Service)!;
            var error = await forwarder.SendAsync(http, replica.Address, _client, Request, Transforms.For(route));
            if (error == ForwarderError.None || http.RequestAborted.IsCancellationRequested) return;
            if (error == ForwarderError.Request) replicas.Refused(replica);
            Failed(route.Service, error);
            if (http.Response.HasStarted) return;
            if (!MayRepeat(http, error)) break;
            http.Response.Clear();
        }

        await Refusals.UnavailableAsync(http, route);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>No byte of it left, or it asks and changes nothing: another replica may have it.</summary>
    private static bool MayRepeat(HttpContext http, ForwarderError error) =>
        error == ForwarderError.Request
        && (http.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            || (HttpMethods.IsGet(http.Request.Method) && http.Request.ContentLength is null or 0));

    [LoggerMessage(200, LogLevel.Warning, "Forwarding to {Service} failed: {Error}")]
    private partial void Failed(string service, ForwarderError error);
}
