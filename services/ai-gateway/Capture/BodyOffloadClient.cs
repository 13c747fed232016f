using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.Contracts.Bodies;

namespace ThinkWatch.AiGateway.Capture;

/// <summary>Streams bodies to body-offload. A repeat overwrites the same object, so trying again does no harm.</summary>
internal sealed partial class BodyOffloadClient(Bodies.BodiesClient bodies, TimeProvider time, ILogger<BodyOffloadClient> log) : IBodyOffload
{
    private const int ChunkBytes = 128 * 1024;
    private const int Attempts = 4;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    public async Task<PutReply?> PutAsync(BodyKey key, string contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await PutOnceAsync(key, contentType, body, cancellationToken);
            }
            catch (RpcException exception) when (attempt == Attempts || cancellationToken.IsCancellationRequested)
            {
                NotKept(key.Field, key.Id, exception.StatusCode);
                return null;
            }
            catch (RpcException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 << attempt), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<PutReply> PutOnceAsync(BodyKey key, string contentType, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var call = bodies.Put(deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(new PutChunk { Header = new PutHeader { Key = key, ContentType = contentType } }, cancellationToken);
        for (var sent = 0; sent < body.Length; sent += ChunkBytes)
        {
            var chunk = body.Slice(sent, Math.Min(ChunkBytes, body.Length - sent));
            await call.RequestStream.WriteAsync(new PutChunk { Data = UnsafeByteOperations.UnsafeWrap(chunk) }, cancellationToken);
        }

        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    [LoggerMessage(420, LogLevel.Warning, "The {Field} of call {RequestId} could not be offloaded ({Status}): its row keeps the beginning")]
    private partial void NotKept(string field, string requestId, StatusCode status);
}
