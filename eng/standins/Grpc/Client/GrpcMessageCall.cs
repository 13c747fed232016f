using System.Buffers;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client.Internal;

/// <summary>The typed half of a call: its messages.</summary>
internal sealed class GrpcCall<TRequest, TResponse>(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options)
    : GrpcCall(channel, options)
    where TRequest : class
    where TResponse : class
{
    public Marshaller<TRequest> RequestMarshaller => method.RequestMarshaller;

    public void Start(string? host, HttpContent content) => Start(method, host, content);

    /// <summary>The only message of an answer, or the failure.</summary>
    public async Task<TResponse> ReadSingleAsync()
    {
        var message = await ReadAsync().ConfigureAwait(false);
        if (message is not null && await ReadPayloadAsync().ConfigureAwait(false) is not null)
            Finish(new Status(StatusCode.Internal, "More than one message received."), null);
        if (GetStatus().StatusCode != StatusCode.OK)
            throw Failure();
        return message ?? throw new RpcException(new Status(StatusCode.Internal, "Failed to deserialize response message."));
    }

    /// <summary>The next message; null when the call has its status.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResponse?> ReadAsync()
    {
        if (await ReadPayloadAsync().ConfigureAwait(false) is not { } payload)
            return null;
        try
        {
            return PayloadReader.Read(method.ResponseMarshaller, new ReadOnlySequence<byte>(payload));
        }
#pragma warning disable CA1031 // The edge of a call: every failure becomes a status.
        catch (Exception error)
        {
            Finish(StatusOf(error), null);
            return null;
        }
#pragma warning restore CA1031
    }
}
