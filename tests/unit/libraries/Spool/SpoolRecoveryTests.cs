using System.Text;
using Google.Protobuf;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool;
using ThinkWatch.Spool.Frames;
using ThinkWatch.Spool.Log;

namespace ThinkWatch.Libraries.Tests.Spool;

/// <summary>Drives the log step by step, kills it between any two steps or inside a write, and looks at what the next process finds.</summary>
public sealed class SpoolRecoveryTests
{
    private static readonly TimeSpan NoPatience = TimeSpan.Zero;

    [Fact]
    public void Kill_AtAnyPoint_LeavesExactlyOneEventPerStartedCallAndTheSameFrames()
    {
        for (var seed = 1; seed <= 250; seed++)
            KillAtRandom(seed);
    }

    [Fact]
    public async Task Damage_InTheMiddle_IsReportedAndCostsOnlyWhatItHit()
    {
        using var bench = new SpoolBench();
        var away = new Ledger { Gate = static _ => throw new IOException("away") };
        using (var spool = await bench.StartAsync(away, options: Patient(bench)))
        {
            for (var i = 0; i < 10; i++)
                spool.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, new GatewayCall { Id = $"call-{i}", Model = "damaged here" });
        }

        var file = Directory.GetFiles(bench.Directory, "*.seg").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.AsSpan().IndexOf("call-4"u8)] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var ledger = new Ledger();
        using (var spool = await bench.StartAsync(ledger))
            await spool.StopAsync(CancellationToken.None);

        ledger.Calls.Select(c => c.Id).ShouldBe(Enumerable.Range(0, 10).Where(i => i != 4).Select(i => $"call-{i}"));
        ledger.Frames.ShouldAllBe(f => (ulong)f.Records.Count == f.LastSequence - f.FirstSequence + 1, "a frame does not cover what is lost");
        var report = PlatformEvent.Parser.ParseFrom(ledger.Frames.Single(f => f.Kind == RecordKind.Platform).Records.Single());
        report.Kind.ShouldBe("audit.spool_damage");
    }

    [Fact]
    public async Task Damage_BeforeABodyThatImitatesARecord_DoesNotLetTheBodyPassForOne()
    {
        using var bench = new SpoolBench();
        var forged = new byte[200];
        var forgery = new RecordHeader(RecordType.Event, RecordKind.Gateway, 100, 1, 77, Guid.NewGuid());
        RecordFormat.Seal(forged, forgery, RecordFormat.PayloadChecksum(forged.AsSpan(RecordFormat.HeaderSize, 100)), salt: 0);
        var away = new Ledger { Gate = static _ => throw new IOException("away") };
        using (var spool = await bench.StartAsync(away, options: Patient(bench)))
        {
            spool.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, new GatewayCall { Id = "host", RequestBody = ByteString.CopyFrom(forged) });
            spool.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, new GatewayCall { Id = "good" });
        }

        var file = Directory.GetFiles(bench.Directory, "*.seg").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.AsSpan().IndexOf("host"u8)] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var ledger = new Ledger();
        using (var spool = await bench.StartAsync(ledger))
            await spool.StopAsync(CancellationToken.None);
        ledger.Calls.ShouldHaveSingleItem().Id.ShouldBe("good");
    }

    [Fact]
    public async Task Damage_OfAStartedRecord_KeepsTheCallWithWhatTheOtherHalfKnows()
    {
        using var bench = new SpoolBench();
        var id = Guid.CreateVersion7();
        var away = new Ledger { Gate = static _ => throw new IOException("away") };
        using (var spool = await bench.StartAsync(away, options: Patient(bench)))
        {
            var ticket = await spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, new GatewayCall { Id = id.ToString(), Model = "hit-me" });
            spool.Complete(ticket!, SpoolBench.Completed());
        }

        var file = Directory.GetFiles(bench.Directory, "*.seg").Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.AsSpan().IndexOf("hit-me"u8)] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var ledger = new Ledger();
        using (var spool = await bench.StartAsync(ledger))
            await spool.StopAsync(CancellationToken.None);
        var call = ledger.Calls.ShouldHaveSingleItem();
        call.Id.ShouldBe(id.ToString());
        call.Outcome.ShouldBe(Outcome.Ok);
        call.CreatedAtMs.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Folder_OfALivingProducer_IsNotOpenedTwice()
    {
        using var bench = new SpoolBench();
        using var first = SegmentFolder.Open(bench.Directory, 4096, NoPatience);
        Should.Throw<IOException>(() => SegmentFolder.Open(bench.Directory, 4096, NoPatience));
    }

    // Nothing is cut before the spool goes, so that what the next one cuts is its own choice.
    private static SpoolOptions Patient(SpoolBench bench) => new()
    {
        Directory = bench.Directory,
        Linger = TimeSpan.FromHours(1),
        FramePause = TimeSpan.FromHours(1),
    };

    private static void KillAtRandom(int seed)
    {
        using var bench = new SpoolBench();
        var random = new Random(seed);
        var ledger = new Ledger();
        var begun = new HashSet<string>();
        for (var life = 0; life < 3; life++)
        {
            Live(bench, random, ledger, begun, seed);
            if (random.Next(2) == 0)
                TearLastWrite(bench, random, begun);
        }

        var options = bench.Options;
        using var folder = SegmentFolder.Open(bench.Directory, options.SegmentBytes, NoPatience);
        using var log = Reopen(folder, options);
        Deliver(log, ledger, [.. log.Unsettled()]);
        List<CutFrame> rest = [];
        log.Cut(all: true, rest);
        Deliver(log, ledger, rest);

        var rows = ledger.Calls.Select(c => c.Id).ToList();
        rows.Distinct().Count().ShouldBe(rows.Count, $"seed {seed}: two rows for one call");
        begun.Except(rows).ShouldBeEmpty($"seed {seed}: calls without a row");
        log.IsDrained().ShouldBeTrue();
        ledger.Frames.ShouldAllBe(f => (ulong)f.Records.Count == f.LastSequence - f.FirstSequence + 1);
    }

    private static SpoolLog Reopen(SegmentFolder folder, SpoolOptions options)
    {
        var state = SpoolRecovery.Run(folder);
        state.Damages.ShouldBeEmpty();
        var log = new SpoolLog(folder, options, state);
        foreach (var orphan in state.Orphans)
        {
            using var buffer = RecordBuffer.Of(new GatewayCall { Outcome = Outcome.Interrupted });
            log.Complete(new SpoolTicket(orphan.Kind, orphan.Id, orphan.CreatedAtMs) { Started = orphan.Started }, buffer);
        }

        return log;
    }

    /// <summary>One process: random steps in any order, frames sent only when they are committed, answers lost at random; then it is gone.</summary>
    private static void Live(SpoolBench bench, Random random, Ledger ledger, HashSet<string> begun, int seed)
    {
        var options = bench.Options;
        using var folder = SegmentFolder.Open(bench.Directory, options.SegmentBytes, NoPatience);
        using var log = Reopen(folder, options);
        List<SpoolTicket> open = [];
        List<CutFrame> cut = [];
        List<CutFrame> sendable = [.. log.Unsettled()];
        for (var step = random.Next(10, 300); step > 0; step--)
        {
            switch (random.Next(10))
            {
                case < 4:
                    open.Add(Begin(log, begun, random));
                    break;
                case < 7 when open.Count > 0:
                    var ticket = open[random.Next(open.Count)];
                    open.Remove(ticket);
                    using (var buffer = RecordBuffer.Of(SpoolBench.Completed()))
                        log.Complete(ticket, buffer);
                    break;
                case 7:
                    log.Cut(all: random.Next(3) == 0, cut);
                    break;
                case 8:
                    log.EndCommit(log.BeginCommit());
                    sendable.AddRange(cut);
                    cut.Clear();
                    break;
                case 9 when sendable.Count > 0:
                    var frame = sendable[random.Next(sendable.Count)];
                    using (var loaded = LoadedFrame.Of(frame, log))
                        ledger.Store(loaded.Message);
                    if (random.Next(3) == 0)
                        break;
                    log.Settle(frame);
                    sendable.Remove(frame);
                    break;
            }
        }

        seed.ShouldBeGreaterThan(0);
    }

    private static SpoolTicket Begin(SpoolLog log, HashSet<string> begun, Random random)
    {
        var id = Guid.CreateVersion7();
        var ticket = new SpoolTicket(RecordKind.Gateway, id, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        using var buffer = RecordBuffer.Of(SpoolBench.Started(id, random.Next(2000)));
        log.TryBegin(ticket, buffer, out _).ShouldBeTrue();
        begun.Add(id.ToString());
        return ticket;
    }

    /// <summary>The last record is half on the disk: for its writer the call never returned, so a begin that is torn was not made.</summary>
    private static void TearLastWrite(SpoolBench bench, Random random, HashSet<string> begun)
    {
        var file = Directory.GetFiles(bench.Directory, "*.seg").Order(StringComparer.Ordinal).Last();
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        using var scanner = new SegmentScanner(handle, static (_, _) => Assert.Fail("damage"));
        scanner.ReadHeader().ShouldNotBeNull();
        var end = scanner.End;
        RecordHeader? last = null;
        while (scanner.MoveNext())
            last = scanner.Current;
        // A settled frame may have cost a segment already: that record was on the disk before.
        if (last is not { Type: RecordType.Started } record)
            return;
        begun.Remove(record.Id.ToString());
        var start = scanner.PayloadOffset - RecordFormat.HeaderSize;
        start.ShouldBeGreaterThanOrEqualTo(end);
        RandomAccess.SetLength(handle, random.Next(start, scanner.End));
    }

    private static void Deliver(SpoolLog log, Ledger ledger, IReadOnlyList<CutFrame> frames)
    {
        log.EndCommit(log.BeginCommit());
        foreach (var frame in frames)
        {
            using (var loaded = LoadedFrame.Of(frame, log))
                ledger.Store(loaded.Message);
            log.Settle(frame);
        }
    }
}
