using System.Buffers;
using System.Net;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>A request of one message, serialized when the connection takes it; HTTP may ask again after a graceful shutdown.</summary>
internal sealed class UnaryContent<TRequest, TResponse>(GrpcCall<TRequest, TResponse> call, TRequest message) : HttpContent
    where TRequest : class
    where TResponse : class
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ArraySegment<byte> framed;
        try
        {
            framed = PooledBuffer.Serialize(call.RequestMarshaller, message, call.MaxSendMessageSize);
        }
        catch (Exception error)
        {
            call.SendingFailed = error;
            throw;
        }

        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);

        // Not in a finally: after a failed write the transport might still hold the array.
        ArrayPool<byte>.Shared.Return(framed.Array!);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}

/// <summary>A request that streams: it hands its stream to the writer and stays open until the writer completes it.</summary>
internal sealed class StreamContent<TRequest, TResponse> : HttpContent
    where TRequest : class
    where TResponse : class
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _ending;

    public StreamContent(GrpcCall<TRequest, TResponse> call)
    {
        _ending = call.Ending;
        Writer = new RequestStreamWriter<TRequest, TResponse>(call, this);
    }

    public RequestStreamWriter<TRequest, TResponse> Writer { get; }

    public Task<Stream> OpenedAsync() => _opened.Task.IsCompleted ? _opened.Task : _opened.Task.WaitAsync(_ending);

    public void Complete() => _completed.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Without a flush the headers would wait for the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _opened.TrySetResult(stream);
        using var ended = _ending.UnsafeRegister(static content => ((StreamContent<TRequest, TResponse>)content!).Complete(), this);
        await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
