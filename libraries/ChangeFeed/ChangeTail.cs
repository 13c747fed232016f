namespace ThinkWatch.Changes;

/// <summary>The newest changes of the table, oldest first. Immutable.</summary>
internal sealed class ChangeTail
{
    public const int Capacity = 4096;

    public static readonly ChangeTail Unread = new(0, 0, [], isRead: false);

    private readonly Change[] _changes;
    private readonly long _coveredFrom;

    private ChangeTail(long coveredFrom, long sequence, Change[] changes, bool isRead)
    {
        _coveredFrom = coveredFrom;
        _changes = changes;
        Sequence = sequence;
        IsRead = isRead;
    }

    /// <summary>The newest sequence; 0 when the table was empty.</summary>
    public long Sequence { get; }

    public bool IsRead { get; }

    /// <summary>The tail after a read that found <paramref name="found"/> (ascending, all newer than <see cref="Sequence"/>).</summary>
    public ChangeTail With(IReadOnlyList<Change>? found)
    {
        // An empty table covers everything from 0 on; a first read that found something covers only what it found.
        if (found is null)
            return IsRead ? this : new ChangeTail(0, 0, [], isRead: true);
        var coveredFrom = IsRead ? _coveredFrom : found[0].Sequence - 1;
        Change[] changes = [.. _changes, .. found];
        if (changes.Length > Capacity)
        {
            coveredFrom = changes[changes.Length - Capacity - 1].Sequence;
            changes = changes[^Capacity..];
        }

        return new ChangeTail(coveredFrom, found[^1].Sequence, changes, isRead: true);
    }

    /// <summary>What a reader at <paramref name="position"/> has not seen; null = it starts here and now.</summary>
    public ChangeBatch Since(long? position)
    {
        if (position is not { } seen || seen == Sequence)
            return new ChangeBatch(Sequence, [], Reset: false);

        // Behind what is kept, or ahead of it (another database, a restored backup, a reader that came from a faster replica).
        if (seen < _coveredFrom || seen > Sequence)
            return new ChangeBatch(Sequence, [], Reset: true);

        var first = _changes.Length;
        while (first > 0 && _changes[first - 1].Sequence > seen)
            first--;
        return new ChangeBatch(Sequence, new ArraySegment<Change>(_changes, first, _changes.Length - first), Reset: false);
    }
}
