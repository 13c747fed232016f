using System.Collections.Concurrent;
using System.Globalization;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats.Responses;
using ThinkWatch.Contracts.Bodies;

namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary>Whose responses: every key of one lineage shares them, nobody else has them.</summary>
internal readonly record struct ResponseOwner(string OrgId, string KeyLineageId)
{
    public static ResponseOwner Of(Pipeline.Exchange exchange) =>
        new(exchange.Principal!.Principal.OrgId, exchange.Principal.Principal.KeyLineageId);
}

/// <summary>Body-offload does not answer.</summary>
internal sealed class ResponseStoreAwayException(Exception inner) : Exception("Stored responses cannot be reached.", inner);

/// <summary>
/// Keeps responses in body-offload, which encrypts them. There is no table of ids: an object's place is made of the owner's lineage and the id, so that an
/// id leads its owner to it and everybody else to nothing. Safe for concurrent use.
/// </summary>
internal sealed partial class ResponseStore(Bodies.BodiesClient bodies, ILogger<ResponseStore> log)
{
    private const int ChunkBytes = 128 * 1024;
    private const int LargestObject = 64 * 1024 * 1024;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    /// <summary>What is on its way to the store: whoever asks for it waits.</summary>
    private readonly ConcurrentDictionary<string, Task> _pending = new(StringComparer.Ordinal);

    /// <summary>Null: there is none.</summary>
    /// <exception cref="ResponseStoreAwayException">It may or may not be there.</exception>
    public async Task<PooledBuffer?> LoadAsync(ResponseOwner owner, string kind, string id, CancellationToken cancellationToken)
    {
        var key = KeyOf(owner, kind, id);
        if (_pending.TryGetValue(key.Id, out var pending))
            await pending.WaitAsync(cancellationToken);
        var content = new PooledBuffer();
        try
        {
            using var call = bodies.Get(new GetRequest { Key = key, OrgId = owner.OrgId }, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellationToken);
            while (await call.ResponseStream.MoveNext(cancellationToken))
            {
                content.Append(call.ResponseStream.Current.Data.Span);
                if (content.Length > LargestObject)
                    throw new InvalidDataException("A stored response is larger than any that was stored.");
            }

            return content;
        }
        catch (RpcException exception)
        {
            content.Dispose();
            return exception.StatusCode == StatusCode.NotFound ? null : throw new ResponseStoreAwayException(exception);
        }
    }

    /// <summary>Takes <paramref name="content"/> over. Never throws: a response that is not kept is one that nobody can refer to.</summary>
    public Task SaveAsync(ResponseOwner owner, string kind, string id, PooledBuffer content, DateTimeOffset expiresAt)
    {
        var key = KeyOf(owner, kind, id);
        var saving = SaveAsync(key, kind, id, content, expiresAt);
        if (!saving.IsCompleted)
        {
            _pending[key.Id] = saving;
            _ = saving.ContinueWith(_ => _pending.TryRemove(new(key.Id, saving)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return saving;
    }

    /// <summary>False: there was none.</summary>
    /// <exception cref="ResponseStoreAwayException">It may still be there.</exception>
    public async Task<bool> DeleteAsync(ResponseOwner owner, string kind, string id, CancellationToken cancellationToken)
    {
        try
        {
            var request = new DeleteRequest { Key = KeyOf(owner, kind, id), OrgId = owner.OrgId };
            var reply = await bodies.DeleteAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellationToken);
            return reply.Deleted;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode == StatusCode.NotFound ? false : throw new ResponseStoreAwayException(exception);
        }
    }

    private async Task SaveAsync(BodyKey key, string kind, string id, PooledBuffer content, DateTimeOffset expiresAt)
    {
        // The caller goes on; the store's time is not the client's.
        await Task.Yield();
        try
        {
            using var call = bodies.Put(deadline: DateTime.UtcNow + s_deadline);
            await call.RequestStream.WriteAsync(new PutChunk { Header = new PutHeader { Key = key, ContentType = "application/json", ExpiresAtUnix = expiresAt.ToUnixTimeSeconds() } });
            for (var sent = 0; sent < content.Length; sent += ChunkBytes)
                await call.RequestStream.WriteAsync(new PutChunk { Data = UnsafeByteOperations.UnsafeWrap(content.Written.Slice(sent, Math.Min(ChunkBytes, content.Length - sent))) });
            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync;
            content.Dispose();
        }
        catch (Exception exception) when (exception is RpcException or IOException or InvalidOperationException)
        {
            // Something may still read from the bytes: they are left to the garbage collector.
            NotKept(kind, id, exception.Message);
        }
    }

    /// <summary>The day is that of the id where it tells; of ids that others made it does not.</summary>
    private static BodyKey KeyOf(ResponseOwner owner, string kind, string id) => new()
    {
        Table = "responses",
        Date = (ResponseIds.MadeAt(id) ?? DateTimeOffset.UnixEpoch).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        OrgId = owner.OrgId,
        Id = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.KeyLineageId}\n{kind}\n{id}"))),
        Field = kind,
    };

    [LoggerMessage(430, LogLevel.Warning, "The {Kind} {Id} could not be stored ({Reason}): it cannot be referred to")]
    private partial void NotKept(string kind, string id, string reason);
}
