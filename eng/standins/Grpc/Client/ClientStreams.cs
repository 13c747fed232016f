using System.Buffers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>The messages that a caller streams; each is flushed unless its options hint at more. One write at a time.</summary>
internal sealed class RequestStreamWriter<TRequest, TResponse>(GrpcCall<TRequest, TResponse> call, StreamContent<TRequest, TResponse> content)
    : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private int _writing;
    private volatile bool _completed;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (_completed)
            throw new InvalidOperationException("Request stream has already been completed.");
        if (call.Finished)
            throw Ended();
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            await SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (call.Finished)
        {
            throw Ended();
        }
        catch (Exception error) when (error is not RpcException && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(call.StatusOf(error));
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        _completed = true;
        content.Complete();
        return Task.CompletedTask;
    }

    private async Task SendAsync(TRequest message, CancellationToken cancellationToken)
    {
        var stream = await content.OpenedAsync().ConfigureAwait(false);
        var framed = PooledBuffer.Serialize(call.RequestMarshaller, message, call.MaxSendMessageSize);
        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);

        // Not in a finally: after a failed write the transport might still hold the array.
        ArrayPool<byte>.Shared.Return(framed.Array!);
        var flags = (WriteOptions ?? call.WriteOptions)?.Flags ?? default;
        if (!flags.HasFlag(WriteFlags.BufferHint))
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private Exception Ended() => call.GetStatus().StatusCode == StatusCode.OK
        ? new InvalidOperationException("Can't write the message because the call is complete.")
        : call.Failure();
}

/// <summary>The messages that a server streams. One reader at a time.</summary>
internal sealed class ResponseStreamReader<TRequest, TResponse>(GrpcCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private TResponse? _current;

    public TResponse Current => _current ?? throw new InvalidOperationException("No current element is available.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        // As in Grpc.Net.Client, cancelling a read cancels the call.
        using var cancels = cancellationToken.CanBeCanceled
            ? cancellationToken.UnsafeRegister(static state => ((GrpcCall)state!).Dispose(), call)
            : default;
        _current = await call.ReadAsync().ConfigureAwait(false);
        if (_current is not null)
            return true;
        return call.GetStatus().StatusCode == StatusCode.OK ? false : throw call.Failure();
    }
}
