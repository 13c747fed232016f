using ThinkWatch.AuditIngest.Gaps;

namespace ThinkWatch.AuditIngest.Tests.Gaps;

public sealed class SequenceTrackerTests
{
    [Fact]
    public void Frames_ThatOvertakeAndRepeat_LeaveNoHole()
    {
        var random = new Random(5);
        var frames = Enumerable.Range(0, 200).Select(i => new SequenceRange((ulong)(i * 10 + 1), (ulong)(i * 10 + 10))).ToArray();
        var arrivals = frames.Concat(frames.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToArray();
        var tracker = new SequenceTracker();
        foreach (var frame in arrivals)
            tracker.Receive(frame, nowMs: 0);
        tracker.Next.ShouldBe(2001UL);
        tracker.OldHole(long.MaxValue).ShouldBeNull();
    }

    [Fact]
    public void Hole_CountsOnlyWhenItIsOldAndUntilItIsSettled()
    {
        var tracker = new SequenceTracker();
        tracker.Receive(new SequenceRange(1, 10), 0);
        tracker.Receive(new SequenceRange(21, 30), 1000);
        tracker.Receive(new SequenceRange(41, 50), 5000);

        tracker.OldHole(999).ShouldBeNull();
        tracker.OldHole(1000).ShouldBe(new SequenceRange(11, 20));

        tracker.AdvanceTo(21);
        tracker.Next.ShouldBe(31UL);
        tracker.OldHole(1000).ShouldBeNull();
        tracker.OldHole(5000).ShouldBe(new SequenceRange(31, 40));

        tracker.Receive(new SequenceRange(31, 40), 6000);
        tracker.Next.ShouldBe(51UL);
    }
}
