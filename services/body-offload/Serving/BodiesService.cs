using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.BodyOffload.Objects;
using ThinkWatch.BodyOffload.Stores;
using ThinkWatch.Contracts.Bodies;

namespace ThinkWatch.BodyOffload.Serving;

/// <summary>
/// Bodies over gRPC. Memory is bounded by the number of puts at once; a body is never whole in it. An object of another organisation is
/// the same as none.
/// </summary>
internal sealed partial class BodiesService(BodyStores stores, Vault vault, ILogger<BodiesService> log) : Bodies.BodiesBase
{
    private const int PutsAtOnce = 16;
    private const long MaxBody = 1L << 30;
    private static readonly long s_farthest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
    private static readonly SemaphoreSlim Puts = new(PutsAtOnce, PutsAtOnce);

    public override async Task<PutReply> Put(IAsyncStreamReader<PutChunk> requestStream, ServerCallContext context)
    {
        var stop = context.CancellationToken;
        if (!await requestStream.MoveNext(stop) || requestStream.Current.Header is not { Key: { } key } header)
            throw Fault(StatusCode.InvalidArgument, "the first message is the header");
        var path = ObjectPath.Of(key) ?? throw Fault(StatusCode.InvalidArgument, "the body's key is malformed");
        await Puts.WaitAsync(stop);
        try
        {
            return await PutAsync(requestStream, path, header.ExpiresAtUnix, stop);
        }
        catch (StoreAwayException fault)
        {
            throw Away(fault);
        }
        finally
        {
            Puts.Release();
        }
    }

    public override async Task Get(GetRequest request, IServerStreamWriter<BodyChunk> responseStream, ServerCallContext context)
    {
        if (request.Offset < 0 || request.Length < 0)
            throw Fault(StatusCode.OutOfRange, "offset and length are not negative");
        var (store, path) = Resolve(request.Uri, request.Key, request.OrgId);
        try
        {
            await using var stored = await store.OpenAsync(path, context.CancellationToken) ?? throw Missing();
            var length = request.Length == 0 ? long.MaxValue : request.Length;
            await foreach (var piece in ObjectDecoder.ReadAsync(stored, path, vault, request.Offset, length, context.CancellationToken))
                await responseStream.WriteAsync(new BodyChunk { Data = ByteString.CopyFrom(piece.Span) });
        }
        catch (DamagedObjectException fault)
        {
            Damaged(path.Text, fault.Message);
            throw Fault(StatusCode.DataLoss, fault.Message);
        }
        catch (StoreAwayException fault)
        {
            throw Away(fault);
        }
        catch (IOException fault)
        {
            throw Away(new StoreAwayException("The store broke off.", fault));
        }
    }

    public override async Task<DeleteReply> Delete(DeleteRequest request, ServerCallContext context)
    {
        var (store, path) = Resolve(request.Uri, request.Key, request.OrgId);
        try
        {
            return new DeleteReply { Deleted = await store.DeleteAsync(path, context.CancellationToken) };
        }
        catch (StoreAwayException fault)
        {
            throw Away(fault);
        }
    }

    private async Task<PutReply> PutAsync(IAsyncStreamReader<PutChunk> chunks, ObjectPath path, long expiresAt, CancellationToken stop)
    {
        await using var writer = await stores.Current.CreateAsync(path, expiresAt > 0 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(expiresAt, s_farthest)) : null, stop);
        using var encoder = new ObjectEncoder(path, vault, writer.WriteAsync);
        while (await chunks.MoveNext(stop))
        {
            if (chunks.Current.PartCase != PutChunk.PartOneofCase.Data)
                throw Fault(StatusCode.InvalidArgument, "one header, then data");
            await encoder.AppendAsync(chunks.Current.Data.Memory, stop);
            if (encoder.Bytes > MaxBody)
                throw Fault(StatusCode.ResourceExhausted, "a body has at most 1 GiB");
        }

        var (hash, tokens) = await encoder.FinishAsync(stop);
        await writer.CommitAsync(stop);
        var reply = new PutReply
        {
            Uri = stores.Current.Prefix + path.Text,
            Bytes = encoder.Bytes,
            StoredBytes = encoder.StoredBytes,
            Sha256 = UnsafeByteOperations.UnsafeWrap(hash),
        };
        reply.Tokens.Add(tokens);
        return reply;
    }

    private (IBodyStore Store, ObjectPath Path) Resolve(string uri, BodyKey? key, string org)
    {
        if (key is not null)
            return ObjectPath.Of(key) is { } path && path.Org == org ? (stores.Current, path) : throw Missing();
        return stores.Resolve(uri) is { } found && found.Path.Org == org ? found : throw Missing();
    }

    private static RpcException Fault(StatusCode code, string message) => new(new Status(code, message));

    private static RpcException Missing() => Fault(StatusCode.NotFound, "there is no such body");

    private RpcException Away(StoreAwayException fault)
    {
        StoreIsAway(fault.Message);
        return Fault(StatusCode.Unavailable, fault.Message);
    }

    [LoggerMessage(400, LogLevel.Error, "Body {Path} is damaged: {Reason}")]
    private partial void Damaged(string path, string reason);

    [LoggerMessage(401, LogLevel.Warning, "Bodies wait: {Reason}")]
    private partial void StoreIsAway(string reason);
}
