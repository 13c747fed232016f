using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The messages that a caller streams, straight from the request's pipe. One reader at a time.</summary>
internal sealed class RequestStreamReader<T>(HttpContext http, Marshaller<T> marshaller, CallSettings settings) : IAsyncStreamReader<T>
    where T : class
{
    private T? _current;
    private bool _ended;

    public T Current => _current ?? throw new InvalidOperationException("No current element is available.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _current = null;
        var reader = http.Request.BodyReader;
        while (!_ended)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (MessageFrame.TryRead(ref buffer, settings.MaxReceiveMessageSize, out var payload))
            {
                _current = PayloadReader.Read(marshaller, payload);

                // What follows the message has not been looked at: the next read must return it at once.
                reader.AdvanceTo(buffer.Start);
                return true;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            _ended = result.IsCompleted;
            if (_ended && !buffer.IsEmpty)
                throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));
        }

        return false;
    }
}

/// <summary>The messages that a handler streams; each is flushed unless its options hint at more. One write at a time.</summary>
internal sealed class ResponseStreamWriter<T>(HttpContextServerCallContext context, Marshaller<T> marshaller, CallSettings settings) : IServerStreamWriter<T>
    where T : class
{
    private int _writing;
    private volatile bool _completed;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        context.CancellationToken.ThrowIfCancellationRequested();
        if (_completed)
            throw new InvalidOperationException("Can't write the message because the request is complete.");
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            var output = context.HttpContext.Response.BodyWriter;
            PayloadWriter.Write(marshaller, message, output, settings.MaxSendMessageSize);
            context.MessageWritten = true;
            var flags = (WriteOptions ?? context.WriteOptions)?.Flags ?? default;
            if (!flags.HasFlag(WriteFlags.BufferHint))
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public void Complete() => _completed = true;
}
