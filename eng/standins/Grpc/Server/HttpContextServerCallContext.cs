using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// A call as its handler sees it. What a handler may never ask for (metadata, trailers, a token with the deadline) is made when asked.
/// Used by one handler; only <see cref="ServerCallContext.CancellationToken"/> may be read from several threads.
/// </summary>
internal sealed class HttpContextServerCallContext(HttpContext http, IMethod method, TimeSpan? timeout) : ServerCallContext, IDisposable
{
    private static readonly AuthContext _noAuth = new();

    private readonly DateTime _deadline = timeout is { } time ? DateTime.UtcNow + time : DateTime.MaxValue;
    private CancellationTokenSource? _deadlineSource;
    private Metadata? _requestHeaders;
    private Metadata? _trailers;
    private Dictionary<object, object>? _userState;

    public HttpContext HttpContext { get; } = http;

    /// <summary>True once bytes of a message are on their way: the status must then go into the trailers.</summary>
    public bool MessageWritten { get; set; }

    // The timer behind the token counts whole milliseconds and may fire a moment before the clock shows the deadline.
    public bool DeadlinePassed => timeout is not null
        && (DateTime.UtcNow >= _deadline || (_deadlineSource is { IsCancellationRequested: true } && !HttpContext.RequestAborted.IsCancellationRequested));

    protected override string MethodCore => method.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore => HttpContext.Connection.RemoteIpAddress is { } address
        ? Format(address, HttpContext.Connection.RemotePort)
        : "unknown";

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadRequestHeaders();

    protected override CancellationToken CancellationTokenCore => timeout is null ? HttpContext.RequestAborted : DeadlineToken();

    protected override Metadata ResponseTrailersCore => _trailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _noAuth;

    protected override IDictionary<object, object> UserStateCore => _userState ??= [];

    /// <summary>Writes the status and the trailers where the protocol wants them: in the headers when nothing was sent yet.</summary>
    public void WriteStatus(Status status, Metadata? errorTrailers)
    {
        var response = HttpContext.Response;
        var destination = response.HasStarted || MessageWritten
            ? HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;
        Append(destination, _trailers);
        Append(destination, errorTrailers);
        destination.GrpcStatus = GrpcProtocol.StatusText(status.StatusCode);
        if (!string.IsNullOrEmpty(status.Detail))
            destination.GrpcMessage = GrpcProtocol.EncodeMessage(status.Detail);
    }

    public void Dispose() => _deadlineSource?.Dispose();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (HttpContext.Response.HasStarted || MessageWritten)
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        Append(HttpContext.Response.Headers, responseHeaders);
        return HttpContext.Response.BodyWriter.FlushAsync().AsTask();
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotImplementedException("CreatePropagationToken will be implemented in a future version.");

    private static void Append(IHeaderDictionary destination, Metadata? metadata)
    {
        if (metadata is null)
            return;
        foreach (var entry in metadata)
            destination.Append(entry.Key, GrpcProtocol.HeaderValue(entry));
    }

    private static string Format(IPAddress address, int port) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? $"ipv6:[{address}]:{port}"
        : $"ipv4:{address}:{port}";

    private CancellationToken DeadlineToken()
    {
        if (_deadlineSource is { } known)
            return known.Token;
        var source = CancellationTokenSource.CreateLinkedTokenSource(HttpContext.RequestAborted);
        if (Interlocked.CompareExchange(ref _deadlineSource, source, null) is { } other)
        {
            source.Dispose();
            return other.Token;
        }

        var left = _deadline - DateTime.UtcNow;
        source.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return source.Token;
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in HttpContext.Request.Headers)
        {
            if (name.StartsWith(':') || name.Equals(GrpcProtocol.AcceptEncodingHeader, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var value in values)
                GrpcProtocol.AddTo(metadata, name, value ?? "");
        }

        return metadata;
    }
}
