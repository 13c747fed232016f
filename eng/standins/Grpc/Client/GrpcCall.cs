using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// One call over one HTTP/2 request: start, answer, messages, and exactly one final status. Reading is for one reader at a time;
/// <see cref="Dispose"/>, the deadline and the caller's token may end it from any thread.
/// </summary>
internal abstract class GrpcCall : IDisposable
{
    private const int InitialBufferSize = 4096;

    private static readonly MediaTypeHeaderValue _contentType = new(GrpcProtocol.ContentType);

    private readonly GrpcChannel _channel;
    private readonly CallOptions _options;
    private readonly CancellationTokenSource _ending = new();
    private CancellationTokenRegistration _callerCancels;
    private Task<HttpResponseMessage>? _sending;
    private volatile HttpResponseMessage? _response;
    private Stream? _body;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private volatile Outcome? _outcome;
    private bool _timed;
    private bool _disposed;

    protected GrpcCall(GrpcChannel channel, CallOptions options)
    {
        ObjectDisposedException.ThrowIf(channel.Disposed, channel);
        _channel = channel;
        _options = options;
    }

    /// <summary>Ends with the call: cancelled by the caller, the deadline, disposal or a failure.</summary>
    public CancellationToken Ending => _ending.Token;

    public bool Finished => _outcome is not null;

    public int? MaxSendMessageSize => _channel.MaxSendMessageSize;

    public WriteOptions? WriteOptions => _options.WriteOptions;

    /// <summary>True where the request stays open until its writer, or the call's end, completes it.</summary>
    public bool StreamsRequest { get; init; }

    /// <summary>Why a message could not be serialized; it says more than HTTP's failure to send it.</summary>
    public Exception? SendingFailed { get; set; }

    public void Start(IMethod method, string? host, HttpContent content)
    {
        var timeout = Timeout();
        if (timeout <= TimeSpan.Zero)
        {
            Finish(new Status(StatusCode.DeadlineExceeded, ""), null);
            return;
        }

        if (timeout < GrpcProtocol.LongestTimeout)
        {
            _timed = true;
            _ending.CancelAfter(timeout.Value);
        }

        if (_options.CancellationToken.CanBeCanceled)
            _callerCancels = _options.CancellationToken.UnsafeRegister(static ending => ((CancellationTokenSource)ending!).Cancel(), _ending);
        _sending = _channel.Invoker.SendAsync(CreateRequest(method, host, content, timeout), _ending.Token);
    }

    public Status GetStatus() => _outcome?.Status ?? throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata GetTrailers() => _outcome is null
        ? throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.")
        : Trailers();

    public async Task<Metadata> ResponseHeadersAsync()
    {
        if (await GetResponseAsync().ConfigureAwait(false) is not { } response)
            throw Failure();
        return ReadMetadata(response.Headers);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_outcome is null)
            _ending.Cancel();
        _callerCancels.Dispose();
    }

    /// <summary>What a caller is thrown for the call's status.</summary>
    public Exception Failure()
    {
        var status = GetStatus();
        var error = new RpcException(status, Trailers());
        return _channel.ThrowOperationCanceled && status.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded
            ? new OperationCanceledException(status.Detail, error, _options.CancellationToken)
            : error;
    }

    /// <summary>Gives the call its status; the first one stays.</summary>
    public void Finish(Status status, HttpResponseMessage? response)
    {
        if (Interlocked.CompareExchange(ref _outcome, new Outcome(status, response), null) is not null)
            return;
        _callerCancels.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);

        // The source is not disposed, for a writer or Dispose may still be about to use it; without its timer it holds nothing.
        if (status.StatusCode != StatusCode.OK || StreamsRequest)
            _ending.Cancel();
        else if (_timed)
            _ending.CancelAfter(System.Threading.Timeout.InfiniteTimeSpan);
        response?.Dispose();
    }

    /// <summary>Sees a call fail that its owner only writes to.</summary>
    public async Task ObserveAsync() => await GetResponseAsync().ConfigureAwait(false);

    /// <summary>What a failure of this call means, the caller's own wish first.</summary>
    public Status StatusOf(Exception error)
    {
        if (_options.CancellationToken.IsCancellationRequested || _disposed)
            return new Status(StatusCode.Cancelled, "Call canceled by the client.", error);
        if (_options.Deadline is { } deadline && (_ending.IsCancellationRequested || DateTime.UtcNow >= deadline))
            return new Status(StatusCode.DeadlineExceeded, "", error);
        return SendingFailed is RpcException refused ? refused.Status : ResponseStatus.OfFailure(SendingFailed ?? error);
    }

    /// <summary>The answer's headers, checked; null when the call has ended instead.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected async ValueTask<HttpResponseMessage?> GetResponseAsync()
    {
        if (_response is { } known)
            return known;
        if (_sending is null)
            return null;
        try
        {
            var response = await _sending.ConfigureAwait(false);
            if (ResponseStatus.OfHeaders(response) is { } refused)
                Finish(refused, response);

            // After the check: whoever sees the answer sees its refusal too.
            _response = response;
            return response;
        }
#pragma warning disable CA1031 // The edge of a call: every failure becomes a status.
        catch (Exception error)
        {
            Finish(StatusOf(error), _response);
            return null;
        }
#pragma warning restore CA1031
    }

    /// <summary>The next message's bytes, valid until the next read; null when the call has its status.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected async ValueTask<ReadOnlyMemory<byte>?> ReadPayloadAsync()
    {
        if (Finished || await GetResponseAsync().ConfigureAwait(false) is not { } response || Finished)
            return null;
        try
        {
            _body ??= response.Content.ReadAsStream(CancellationToken.None);
            if (!await FillAsync(MessageFrame.HeaderSize).ConfigureAwait(false))
            {
                var status = _end > _start ? new Status(StatusCode.Internal, "Incomplete message.") : ResponseStatus.OfTrailers(response);
                Finish(status, response);
                return null;
            }

            var length = MessageFrame.ReadHeader(_buffer.AsSpan(_start, MessageFrame.HeaderSize), _channel.MaxReceiveMessageSize);
            _start += MessageFrame.HeaderSize;
            if (!await FillAsync(length).ConfigureAwait(false))
            {
                Finish(new Status(StatusCode.Internal, "Incomplete message."), response);
                return null;
            }

            var payload = _buffer.AsMemory(_start, length);
            _start += length;
            return payload;
        }
#pragma warning disable CA1031 // The edge of a call: every failure becomes a status.
        catch (Exception error)
        {
            Finish(StatusOf(error), _response);
            return null;
        }
#pragma warning restore CA1031
    }

    private TimeSpan? Timeout()
    {
        if (_options.Deadline is not { } deadline || deadline == DateTime.MaxValue)
            return null;
        return deadline.Kind == DateTimeKind.Utc || deadline == DateTime.MinValue
            ? deadline - DateTime.UtcNow
            : throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
    }

    private Metadata Trailers() => _outcome?.Response is { } response
        ? ReadMetadata(ResponseStatus.IsTrailersOnly(response) ? response.Headers : response.TrailingHeaders)
        : Metadata.Empty;

    private HttpRequestMessage CreateRequest(IMethod method, string? host, HttpContent content, TimeSpan? timeout)
    {
        content.Headers.ContentType = _contentType;
        var request = new HttpRequestMessage(HttpMethod.Post, _channel.AddressOf(method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("TE", "trailers");
        if (timeout is { } time)
            headers.TryAddWithoutValidation(GrpcProtocol.TimeoutHeader, GrpcProtocol.EncodeTimeout(time));
        if (host is not null)
            headers.Host = host;
        if (_options.Headers is { } metadata)
        {
            foreach (var entry in metadata)
                headers.TryAddWithoutValidation(entry.Key, GrpcProtocol.HeaderValue(entry));
        }

        return request;
    }

    /// <summary>Reads until so many bytes are there; false when the body ends before.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FillAsync(int count)
    {
        while (_end - _start < count)
        {
            MakeRoom(count);
            var read = await _body!.ReadAsync(_buffer.AsMemory(_end), _ending.Token).ConfigureAwait(false);
            if (read == 0)
                return false;
            _end += read;
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Max(count, InitialBufferSize));
        if (_start == _end)
            _start = _end = 0;
        if (_buffer.Length - _start >= count && _end < _buffer.Length)
            return;
        var target = _buffer.Length >= count && _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Max(count, InitialBufferSize));
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_start, _end) = (0, _end - _start);
        if (target == _buffer)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = target;
    }

    private static Metadata ReadMetadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            if (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var value in values)
                GrpcProtocol.AddTo(metadata, name, value);
        }

        return metadata;
    }

    private sealed record Outcome(Status Status, HttpResponseMessage? Response);
}
