namespace ThinkWatch.Spool.Log;

/// <summary>Where a payload lies: a segment's number, an offset in it, and its length. The default is nowhere.</summary>
internal readonly record struct RecordPlace(int Segment, int Offset, int Length)
{
    public bool IsNowhere => Segment == 0;
}
