using Google.Protobuf;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool;

namespace ThinkWatch.Libraries.Tests.Spool;

public sealed class AuditSpoolTests : IDisposable
{
    private readonly SpoolBench _bench = new();
    private readonly Ledger _ledger = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Call_BegunAndCompleted_BecomesOneMergedEvent()
    {
        var id = Guid.CreateVersion7();
        using (var spool = await _bench.StartAsync(_ledger))
        {
            var ticket = await spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id));
            spool.Complete(ticket.ShouldNotBeNull(), SpoolBench.Completed());
            spool.Complete(ticket, SpoolBench.Completed(status: 500));
            await spool.StopAsync(CancellationToken.None);
        }

        var call = _ledger.Calls.ShouldHaveSingleItem();
        call.Id.ShouldBe(id.ToString());
        call.Model.ShouldBe("gpt-4o");
        call.Status.ShouldBe(200);
        call.Outcome.ShouldBe(Outcome.Ok);
    }

    [Fact]
    public async Task Restart_AfterUncleanEnd_InterruptsOrphansOnceAndKeepsTheSequence()
    {
        var orphan = Guid.CreateVersion7();
        string producer;
        var first = await _bench.StartAsync(_ledger);
        using (first)
        {
            producer = first.ProducerId;
            first.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, SpoolBench.Completed(403)).ShouldBeTrue();
            await first.BeginAsync(RecordKind.Gateway, orphan, DateTimeOffset.UtcNow, SpoolBench.Started(orphan));
            await first.StopAsync(CancellationToken.None);
        }

        _ledger.Calls.Count.ShouldBe(1, "a call in flight is not an orphan");
        for (var restart = 0; restart < 2; restart++)
        {
            using var spool = await _bench.StartAsync(_ledger);
            spool.ProducerId.ShouldBe(producer);
            await spool.StopAsync(CancellationToken.None);
        }

        _ledger.Calls.Count.ShouldBe(2);
        var interrupted = _ledger.Calls.Single(c => c.Outcome == Outcome.Interrupted);
        interrupted.Id.ShouldBe(orphan.ToString());
        interrupted.Model.ShouldBe("gpt-4o");
        _ledger.Calls.ShouldAllBe(c => c.SaltSeed.Length == 16, "every event carries what its row's salts come from");
        _ledger.Calls.Select(c => c.SaltSeed).ShouldBeUnique();
        _ledger.Frames.Select(f => (f.FirstSequence, f.LastSequence)).ShouldBe([(1UL, 1UL), (2UL, 2UL)]);
    }

    [Fact]
    public async Task Call_WhoseSettlementHasNoAnswer_IsSentAsUnsettledUntilItHas()
    {
        var (answered, late, never) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        using (var spool = await _bench.StartAsync(_ledger))
        {
            (await CompleteSettlingAsync(spool, answered)).Settled();
            var ticket = await CompleteSettlingAsync(spool, late);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            ticket.Settled();
            await Eventually(() => _ledger.Calls.Count == 2);
            _ledger.Unsettled.ShouldBeEmpty("the answer came a moment later");
            await CompleteSettlingAsync(spool, never);
            await spool.StopAsync(CancellationToken.None);
        }

        _ledger.Unsettled.ShouldBe([never.ToString()]);
    }

    [Fact]
    public async Task Restart_OfAProducerThatDied_SendsWhatItCompletedAsUnsettled()
    {
        var (old, young) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        _ledger.Gate = static _ => throw new IOException("away");
        using (var first = await _bench.StartAsync(_ledger))
            (await CompleteSettlingAsync(first, old)).Settled();

        _ledger.Gate = static _ => true;
        using (var second = await _bench.StartAsync(_ledger))
        {
            (await CompleteSettlingAsync(second, young)).Settled();
            await second.StopAsync(CancellationToken.None);
        }

        _ledger.Calls.Count.ShouldBe(2);
        _ledger.Unsettled.Distinct().ShouldBe([old.ToString()], "nobody knows what died with it");
    }

    private static async Task<SpoolTicket> CompleteSettlingAsync(AuditSpool spool, Guid id)
    {
        var ticket = (await spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id))).ShouldNotBeNull();
        ticket.Settling();
        spool.Complete(ticket, SpoolBench.Completed());
        return ticket;
    }

    [Fact]
    public async Task Frame_AcrossMidnight_IsCutPerDay()
    {
        var midnight = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        using (var spool = await _bench.StartAsync(_ledger))
        {
            foreach (var offset in new[] { -2, -1, 0, 1 })
                spool.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), midnight.AddMilliseconds(offset), SpoolBench.Completed());
            await spool.StopAsync(CancellationToken.None);
        }

        _ledger.Frames.Select(f => f.Partition).Distinct().ShouldBe(["2026-02-28", "2026-03-01"]);
        _ledger.Frames.Sum(f => f.Records.Count).ShouldBe(4);
    }

    [Fact]
    public async Task Transport_ThatFailsAndLosesAnswers_GetsEveryEventInTheSameFrames()
    {
        var random = new Random(7);
        _ledger.Gate = _ => random.Next(4) switch { 0 => throw new IOException("away"), 1 => false, _ => true };
        const int calls = 500;
        using (var spool = await _bench.StartAsync(_ledger))
        {
            await Parallel.ForAsync(0, calls, async (_, ct) =>
            {
                var id = Guid.CreateVersion7();
                var ticket = await spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id), ct);
                spool.Complete(ticket!, SpoolBench.Completed());
            });
            await spool.StopAsync(CancellationToken.None);
            spool.Bytes.ShouldBeLessThan(2 * 16 * 1024, "acknowledged segments are deleted");
        }

        _ledger.Calls.Select(c => c.Id).Distinct().Count().ShouldBe(calls);
        _ledger.Calls.Count.ShouldBe(calls);
        _ledger.Sends.ShouldBeGreaterThan(_ledger.Frames.Count);
        _ledger.Frames.ShouldAllBe(f => (ulong)f.Records.Count == f.LastSequence - f.FirstSequence + 1);
    }

    [Fact]
    public async Task Begin_WhenFull_IsRefusedUntilEventsAreAcknowledged()
    {
        var isAway = true;
        _ledger.Gate = _ => isAway ? throw new IOException("away") : true;
        using var spool = await _bench.StartAsync(_ledger, SpoolBench.Quick with { MaxBytes = 64 * 1024 });
        SpoolTicket? last = null;
        var begun = 0;
        for (SpoolTicket? ticket; (ticket = await BeginAsync(spool)) is not null; last = ticket, begun++)
        {
            if (last is not null)
                spool.Complete(last, SpoolBench.Completed());
        }

        spool.Accepting.ShouldBeFalse();
        begun.ShouldBeInRange(30, 100);
        spool.Complete(last!, SpoolBench.Completed());

        isAway = false;
        await Eventually(() => spool.Accepting);
        await spool.StopAsync(CancellationToken.None);
        _ledger.Calls.Count.ShouldBe(begun, "what was accepted before it was full is not lost");
    }

    [Fact]
    public async Task Begin_WhenFullAndDropping_ForgetsTheOldestAndSaysSo()
    {
        var isAway = true;
        _ledger.Gate = _ => isAway ? throw new IOException("away") : true;
        const int calls = 400;
        using (var spool = await _bench.StartAsync(_ledger, SpoolBench.Quick with { MaxBytes = 64 * 1024, DropWhenFull = true }))
        {
            for (var i = 0; i < calls; i++)
            {
                var ticket = await BeginAsync(spool);
                spool.Complete(ticket.ShouldNotBeNull(), SpoolBench.Completed());
                if (i % 20 == 0)
                    await Task.Delay(5);
            }

            await Eventually(() => spool.Bytes <= 64 * 1024);
            isAway = false;
            await spool.StopAsync(CancellationToken.None);
        }

        var lost = calls - _ledger.Calls.Count;
        lost.ShouldBeInRange(1, calls - 1);
        var gaps = _ledger.Frames.Where(f => f.Kind == RecordKind.Platform).SelectMany(f => f.Records).Select(PlatformEvent.Parser.ParseFrom).ToList();
        gaps.ShouldNotBeEmpty();
        gaps.ShouldAllBe(g => g.Kind == "audit.dropped");
        _ledger.Frames.Where(f => f.Kind == RecordKind.Gateway).Max(f => f.LastSequence).ShouldBe((ulong)calls, "the newest are kept");
    }

    [Fact]
    public async Task LongCall_WhileOthersComeAndGo_DoesNotHoldTheirSegments()
    {
        using var spool = await _bench.StartAsync(_ledger);
        var id = Guid.CreateVersion7();
        var stream = await spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id));
        for (var i = 0; i < 300; i++)
        {
            spool.Complete((await BeginAsync(spool))!, SpoolBench.Completed());
            if (i % 20 == 0)
                await Task.Delay(4);
        }

        await Eventually(() => spool.Bytes < 3 * 16 * 1024);
        spool.Complete(stream!, SpoolBench.Completed(499));
        await spool.StopAsync(CancellationToken.None);
        _ledger.Calls.Single(c => c.Id == id.ToString()).Status.ShouldBe(499);
        _ledger.Calls.Count.ShouldBe(301);
    }

    [Fact]
    public async Task Frame_RefusedForGood_IsPutAsideAndTheRestGoesOn()
    {
        _ledger.Answer = f => f.FirstSequence == 1 ? new FrameAck { Accepted = false, Error = "poison" } : new FrameAck { Accepted = true };
        using (var spool = await _bench.StartAsync(_ledger))
        {
            spool.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, SpoolBench.Completed());
            await Eventually(() => _ledger.Frames.Count == 1);
            spool.TryAppend(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, SpoolBench.Completed());
            await spool.StopAsync(CancellationToken.None);
        }

        var file = Directory.GetFiles(Path.Combine(_bench.Directory, "refused")).ShouldHaveSingleItem();
        Frame.Parser.ParseFrom(await File.ReadAllBytesAsync(file)).Records.Count.ShouldBe(1);
        _ledger.Frames.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Begin_WithFsyncDurability_WaitsForTheCommit()
    {
        var policy = SpoolBench.Quick with { WaitForDisk = true, CommitInterval = TimeSpan.FromMilliseconds(300) };
        using var spool = await _bench.StartAsync(_ledger, policy);
        var id = Guid.CreateVersion7();
        var begin = spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id));
        begin.IsCompleted.ShouldBeFalse();
        (await begin).ShouldNotBeNull();

        using var gone = new CancellationTokenSource();
        var second = spool.BeginAsync(RecordKind.Gateway, Guid.CreateVersion7(), DateTimeOffset.UtcNow, SpoolBench.Started(id), gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        await Eventually(() => _ledger.Calls.Count == 1);
        _ledger.Calls.Single().Outcome.ShouldBe(Outcome.Interrupted, "the caller left before the call was made");
    }

    private static async Task<SpoolTicket?> BeginAsync(AuditSpool spool)
    {
        var id = Guid.CreateVersion7();
        return await spool.BeginAsync(RecordKind.Gateway, id, DateTimeOffset.UtcNow, SpoolBench.Started(id, bodyBytes: 1000));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
            await Task.Delay(10);
        condition().ShouldBeTrue();
    }
}
