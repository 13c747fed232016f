namespace ThinkWatch.AuditIngest.Gaps;

/// <summary>A range of sequence numbers, both ends included.</summary>
internal readonly record struct SequenceRange(ulong First, ulong Last)
{
    public ulong Count => Last - First + 1;
}

/// <summary>
/// Which numbers of one producer and kind have arrived. Frames overtake each other and come again, so a hole counts only when it has been
/// open for a while. Used under its owner's lock.
/// </summary>
internal sealed class SequenceTracker
{
    private readonly SortedDictionary<ulong, (ulong Last, long Since)> _islands = [];

    /// <summary>Everything below has arrived or has been given up.</summary>
    public ulong Next { get; private set; } = 1;

    public bool IsDirty { get; set; }

    public void Receive(SequenceRange range, long nowMs)
    {
        if (range.Last < Next)
            return;
        if (range.First > Next)
        {
            if (!_islands.TryGetValue(range.First, out var known) || known.Last < range.Last)
                _islands[range.First] = (range.Last, nowMs);
            return;
        }

        AdvanceTo(range.Last + 1);
    }

    /// <summary>Takes numbers below <paramref name="next"/> for settled.</summary>
    public void AdvanceTo(ulong next)
    {
        if (next <= Next)
            return;
        Next = next;
        IsDirty = true;
        while (_islands.Count > 0)
        {
            var (first, (last, _)) = _islands.First();
            if (first > Next)
                return;
            _islands.Remove(first);
            Next = Math.Max(Next, last + 1);
        }
    }

    /// <summary>The first hole, if what lies behind it arrived before <paramref name="beforeMs"/>.</summary>
    public SequenceRange? OldHole(long beforeMs)
    {
        if (_islands.Count == 0)
            return null;
        var (first, (_, since)) = _islands.First();
        return since <= beforeMs ? new SequenceRange(Next, first - 1) : null;
    }
}
