using ThinkWatch.Changes;

namespace ThinkWatch.Libraries.Tests.ChangeFeed;

public sealed class ChangeTailTests
{
    [Fact]
    public void Since_GivesWhatIsNewer_InOrder_OnceRead()
    {
        var tail = ChangeTail.Unread.With([At(3), At(4)]).With([At(7)]);
        tail.Sequence.ShouldBe(7);
        Sequences(tail.Since(3)).ShouldBe([4, 7]);
        Sequences(tail.Since(7)).ShouldBeEmpty();
        Sequences(tail.Since(null)).ShouldBeEmpty();
        tail.Since(null).Sequence.ShouldBe(7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Since_APositionThatIsNotKeptOrNotReached_IsAReset(long position)
    {
        var batch = ChangeTail.Unread.With([At(3), At(4)]).Since(position);
        batch.Reset.ShouldBeTrue();
        batch.Sequence.ShouldBe(4);
    }

    [Fact]
    public void Since_TheFirstChangeEver_IsNoReset()
    {
        var empty = ChangeTail.Unread.With(null);
        empty.IsRead.ShouldBeTrue();
        Sequences(empty.With([At(1)]).Since(0)).ShouldBe([1]);
    }

    [Fact]
    public void With_MoreThanIsKept_ForgetsTheOldest_AndKnowsIt()
    {
        var tail = ChangeTail.Unread.With(null);
        for (var i = 1; i <= ChangeTail.Capacity + 10; i++)
            tail = tail.With([At(i)]);
        tail.Since(9).Reset.ShouldBeTrue();
        Sequences(tail.Since(10)).Length.ShouldBe(ChangeTail.Capacity);
    }

    private static Change At(long sequence) => new(sequence, "kind", ReadOnlyMemory<byte>.Empty);

    private static long[] Sequences(ChangeBatch batch)
    {
        batch.Reset.ShouldBeFalse();
        return [.. batch.Changes.Select(static change => change.Sequence)];
    }
}
