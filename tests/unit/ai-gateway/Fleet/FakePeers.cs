using System.Collections.Concurrent;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AiGateway.Tests.Fleet;

/// <summary>Limits' wire: every call is let through unless a test says otherwise for its key lineage.</summary>
internal sealed class FakeLimits : Contracts.Limits.Limits.LimitsBase
{
    public ConcurrentDictionary<string, Func<CheckRequest, CheckReply>> ByLineage { get; } = new();

    public ConcurrentDictionary<string, CheckRequest> Checks { get; } = new();

    public ConcurrentDictionary<string, SettleRequest> Settled { get; } = new();

    public ConcurrentQueue<MoveRequest> Moves { get; } = new();

    /// <summary>Of whose calls limits is away when they are to be moved.</summary>
    public ConcurrentDictionary<string, byte> Unmovable { get; } = new();

    /// <summary>How long a check takes.</summary>
    public TimeSpan Delay { get; set; }

    public override async Task<CheckBatchReply> Check(CheckBatch request, ServerCallContext context)
    {
        foreach (var check in request.Checks)
            Checks[check.RequestId] = check;
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, context.CancellationToken);
        var reply = new CheckBatchReply();
        reply.Replies.AddRange(request.Checks.Select(Answer));
        return reply;
    }

    private CheckReply Answer(CheckRequest check) =>
        ByLineage.TryGetValue(check.KeyLineageId, out var answer) ? answer(check) : new CheckReply { Allowed = true };

    public override Task<MoveReply> Move(MoveRequest request, ServerCallContext context)
    {
        if (Checks.TryGetValue(request.RequestId, out var check) && Unmovable.ContainsKey(check.KeyLineageId))
            throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        Moves.Enqueue(request);
        return Task.FromResult(new MoveReply { Allowed = true });
    }

    public override Task<SettleBatchReply> SettleAll(SettleBatch request, ServerCallContext context)
    {
        foreach (var settlement in request.Settlements) Settled[settlement.RequestId] = settlement;
        return Task.FromResult(new SettleBatchReply());
    }
}

/// <summary>The catalog's wire, with a snapshot that tests change.</summary>
internal sealed class FakeCatalog : Catalog.CatalogBase
{
    private volatile Snapshot _snapshot = new();

    public void Change(Action<Snapshot> change)
    {
        lock (this)
        {
            var next = _snapshot.Clone();
            change(next);
            next.Sequence++;
            _snapshot = next;
        }
    }

    public override async Task Watch(CatalogWatchRequest request, IServerStreamWriter<CatalogEvent> responseStream, ServerCallContext context)
    {
        ulong sent = 0;
        while (!context.CancellationToken.IsCancellationRequested)
        {
            var snapshot = _snapshot;
            await responseStream.WriteAsync(new CatalogEvent { Sequence = snapshot.Sequence, Snapshot = snapshot.Sequence == sent ? null : snapshot });
            sent = snapshot.Sequence;
            await Task.Delay(20, context.CancellationToken);
        }
    }
}

/// <summary>Audit-ingest's wire: keeps every row.</summary>
internal sealed class FakeAudit : Contracts.Audit.AuditIngest.AuditIngestBase
{
    public ConcurrentDictionary<string, ConcurrentQueue<GatewayCall>> Rows { get; } = new();

    public override async Task Ship(IAsyncStreamReader<Frame> requestStream, IServerStreamWriter<FrameAck> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var frame = requestStream.Current;
            foreach (var record in frame.Records)
            {
                var row = GatewayCall.Parser.ParseFrom(record);
                Rows.GetOrAdd(row.Id, static _ => new()).Enqueue(row);
            }

            await responseStream.WriteAsync(new FrameAck
            {
                ProducerId = frame.ProducerId,
                Kind = frame.Kind,
                FirstSequence = frame.FirstSequence,
                LastSequence = frame.LastSequence,
                Accepted = true,
            });
        }
    }
}

/// <summary>Body-offload's wire: keeps bodies in memory.</summary>
internal sealed class FakeBodies : Bodies.BodiesBase
{
    public ConcurrentDictionary<string, byte[]> Stored { get; } = new();

    public bool IsAway { get; set; }

    public override async Task Get(GetRequest request, IServerStreamWriter<BodyChunk> responseStream, ServerCallContext context)
    {
        if (IsAway)
            throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        if (!Stored.TryGetValue(UriOf(request.Key), out var body))
            throw new RpcException(new Status(StatusCode.NotFound, "none"));
        foreach (var piece in body.Chunk(1000))
            await responseStream.WriteAsync(new BodyChunk { Data = Google.Protobuf.ByteString.CopyFrom(piece) });
    }

    public override Task<DeleteReply> Delete(DeleteRequest request, ServerCallContext context) =>
        Task.FromResult(new DeleteReply { Deleted = Stored.TryRemove(UriOf(request.Key), out _) });

    private static string UriOf(BodyKey key) => $"file://bodies/{key.Table}/{key.Date}/{key.OrgId}/{key.Id}/{key.Field}";

    public override async Task<PutReply> Put(IAsyncStreamReader<PutChunk> requestStream, ServerCallContext context)
    {
        using var body = new MemoryStream();
        BodyKey? key = null;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            key ??= requestStream.Current.Header?.Key;
            requestStream.Current.Data?.WriteTo(body);
        }

        if (IsAway)
            throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        var uri = UriOf(key!);
        Stored[uri] = body.ToArray();
        return new PutReply { Uri = uri, Bytes = body.Length, Sha256 = ByteString.CopyFrom(SHA256.HashData(body.ToArray())), Tokens = { "offloaded" } };
    }
}
