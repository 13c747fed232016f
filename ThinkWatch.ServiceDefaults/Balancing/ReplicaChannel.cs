using System.Net;
using Grpc.Core;
using Grpc.Net.Client;

namespace ThinkWatch.ServiceDefaults.Balancing;

/// <summary>
/// The connection to one replica of a service and what is known of its health. A replica that refused a connection, broke one or left several calls in
/// a row without any answer rests until it says that it is ready, which no call waits for. Thread-safe.
/// </summary>
internal sealed class ReplicaChannel : IDisposable
{
    private const int MaxMessageSize = 64 * 1024 * 1024;
    private const int SilentCalls = 3;
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1);

    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _plain;
    private readonly GrpcChannel _channel;
    private readonly CancellationTokenSource _disposed = new();
    private long _answeredAt;
    private int _unanswered;
    private int _rests;

    public ReplicaChannel(Uri address, InternalToken token, TimeProvider time, bool isOneOfSeveral)
    {
        _address = address;
        _time = time;
        _answeredAt = time.GetTimestamp();
        var transport = new InternalTokenHandler(token, Transport());
        _plain = new HttpMessageInvoker(transport);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = isOneOfSeveral ? new Watcher(this, transport) : transport,
            MaxReceiveMessageSize = MaxMessageSize,
            MaxSendMessageSize = MaxMessageSize,
        });
        Invoker = _channel.CreateCallInvoker();
    }

    public CallInvoker Invoker { get; }

    public bool Rests => Volatile.Read(ref _rests) != 0;

    public void Dispose()
    {
        _disposed.Cancel();
        _channel.Dispose();
        _plain.Dispose();
        _disposed.Dispose();
    }

    private static SocketsHttpHandler Transport() => new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(5),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        ConnectTimeout = TimeSpan.FromSeconds(1),
        InitialHttp2StreamWindowSize = 1024 * 1024,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    };

    private void Answered()
    {
        Volatile.Write(ref _answeredAt, _time.GetTimestamp());
        Volatile.Write(ref _unanswered, 0);
    }

    /// <summary>Given up before anything came back. Once is a caller who went, or a busy moment; again and again with nothing in between is not.</summary>
    private void Unanswered()
    {
        if (Interlocked.Increment(ref _unanswered) >= SilentCalls && _time.GetElapsedTime(Volatile.Read(ref _answeredAt)) > Silence)
            Failed();
    }

    private void Failed()
    {
        if (!_disposed.IsCancellationRequested && Interlocked.Exchange(ref _rests, 1) == 0)
            _ = ReturnAsync(_disposed.Token);
    }

    /// <summary>Asks until it is ready: one that has just started serves the port before it has its store.</summary>
    private async Task ReturnAsync(CancellationToken disposed)
    {
        do
        {
            await Task.Delay(ProbeInterval, _time, disposed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (!disposed.IsCancellationRequested && !await IsReadyAsync(disposed).ConfigureAwait(false));
        Answered();
        Volatile.Write(ref _rests, 0);
    }

    private async Task<bool> IsReadyAsync(CancellationToken disposed)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(disposed);
        patience.CancelAfter(ProbePatience);
        using var question = new HttpRequestMessage(HttpMethod.Get, new Uri(_address, "/health/ready"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        try
        {
            using var answer = await _plain.SendAsync(question, patience.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Sees how each call to the replica begins.</summary>
    private sealed class Watcher(ReplicaChannel replica, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
                replica.Answered();
                return answer;
            }
            catch (HttpRequestException)
            {
                replica.Failed();
                throw;
            }
            catch (OperationCanceledException)
            {
                replica.Unanswered();
                throw;
            }
        }
    }
}
