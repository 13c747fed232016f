using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool;

namespace ThinkWatch.Libraries.Tests.Spool;

/// <summary>A folder of its own for a test, and spools in it as production builds them, but for small segments and short pauses.</summary>
internal sealed class SpoolBench : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("spool-").FullName;

    public SpoolOptions Options => new()
    {
        Directory = Directory,
        SegmentBytes = 16 * 1024,
        FrameRecords = 20,
        FrameBytes = 8 * 1024,
        Linger = TimeSpan.FromMilliseconds(1),
        FramePause = TimeSpan.FromMilliseconds(5),
        FirstBackOff = TimeSpan.FromMilliseconds(2),
        LongestBackOff = TimeSpan.FromMilliseconds(20),
        DrainTimeout = TimeSpan.FromSeconds(20),
    };

    public static SpoolPolicy Quick { get; } = SpoolPolicy.Default with { CommitInterval = TimeSpan.FromMilliseconds(2) };

    public async Task<AuditSpool> StartAsync(IAuditTransport ingest, SpoolPolicy? policy = null, SpoolOptions? options = null)
    {
        var spool = new AuditSpool(options ?? Options, () => policy ?? Quick, ingest, new SpoolMetrics(), NullLogger<AuditSpool>.Instance);
        await spool.StartAsync(CancellationToken.None);
        return spool;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    public static GatewayCall Started(Guid id, int bodyBytes = 100, DateTimeOffset? at = null) => new()
    {
        Id = id.ToString(),
        OrgId = "org",
        CreatedAtMs = (at ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds(),
        Model = "gpt-4o",
        RequestBody = ByteString.CopyFrom(new byte[bodyBytes]),
    };

    public static GatewayCall Completed(int status = 200) => new() { Status = status, Outcome = Outcome.Ok, LatencyMs = 12 };
}

/// <summary>Stands where audit-ingest is: keeps frames once by their range, as ClickHouse does by token, and fails when a resent frame differs.</summary>
internal sealed class Ledger : IAuditTransport
{
    private readonly ConcurrentDictionary<(string, RecordKind, ulong, ulong), Frame> _frames = new();

    /// <summary>Decides over a frame before it is stored: true lets it pass, false loses the answer after storing, an exception refuses.</summary>
    public Func<Frame, bool> Gate { get; set; } = static _ => true;

    public Func<Frame, FrameAck> Answer { get; set; } = static _ => new FrameAck { Accepted = true };

    public int Sends;

    /// <summary>The calls of which it was said, with whichever sending, that limits may not have heard.</summary>
    public ConcurrentQueue<string> Unsettled { get; } = new();

    public IReadOnlyList<Frame> Frames => [.. _frames.Values.OrderBy(f => f.Kind).ThenBy(f => f.FirstSequence)];

    public IReadOnlyList<GatewayCall> Calls =>
        [.. Frames.Where(f => f.Kind == RecordKind.Gateway).SelectMany(f => f.Records).Select(GatewayCall.Parser.ParseFrom)];

    public Task<FrameAck> SendAsync(Frame frame, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Sends);
        var isAnswered = Gate(frame);
        if (!Store(frame.Clone()))
            frame.Resent.ShouldBeTrue("ingest looks up only what says so");
        return isAnswered ? Task.FromResult(Answer(frame)) : throw new IOException("the acknowledgement was lost");
    }

    /// <summary>False when the frame was there already.</summary>
    public bool Store(Frame frame)
    {
        // The records point into a pooled buffer of the sender.
        var own = Frame.Parser.ParseFrom(frame.ToByteArray());
        own.Resent = false;
        foreach (var place in own.Unsettled)
            Unsettled.Enqueue(GatewayCall.Parser.ParseFrom(own.Records[(int)place]).Id);
        own.Unsettled.Clear();
        var key = (own.ProducerId, own.Kind, own.FirstSequence, own.LastSequence);
        if (_frames.TryAdd(key, own))
            return true;
        _frames[key].ShouldBe(own, "a frame is resent as it was");
        return false;
    }
}
