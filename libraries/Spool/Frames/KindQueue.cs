using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool.Frames;

/// <summary>The sequence, the uncut events and the unsettled frames of one kind. Used under the log's lock.</summary>
internal sealed class KindQueue(RecordKind kind)
{
    private readonly Queue<EventPlace> _uncut = new();
    private long _uncutBytes;
    private long _oldestSince;
    private long _lastCut = long.MinValue / 2;

    public ulong NextSequence { get; set; } = 1;

    /// <summary>By first sequence.</summary>
    public SortedDictionary<ulong, CutFrame> Frames { get; } = [];

    public int Uncut => _uncut.Count;

    public void Add(in EventPlace place, long nowMs)
    {
        if (_uncut.Count == 0)
            _oldestSince = nowMs;
        _uncut.Enqueue(place);
        _uncutBytes += place.Bytes;
    }

    /// <summary>
    /// After a quiet spell an event goes almost at once; otherwise a frame gathers until it is full or the pause is over, because ClickHouse
    /// pays far more for an insert than for a row. While the frames before are stuck only full ones are cut.
    /// </summary>
    public bool ShouldCut(SpoolOptions options, long nowMs, bool all)
    {
        if (_uncut.Count == 0)
            return false;
        if (all || _uncut.Count >= options.FrameRecords || _uncutBytes >= options.FrameBytes)
            return true;
        return Frames.Count < options.FramesInFlight
            && nowMs - _oldestSince >= options.Linger.TotalMilliseconds
            && nowMs - _lastCut >= options.FramePause.TotalMilliseconds;
    }

    /// <summary>The next frame: consecutive, of one day, within the limits but for a single record that is larger.</summary>
    public CutFrame Cut(SpoolOptions options, long nowMs)
    {
        var events = new List<EventPlace>(Math.Min(_uncut.Count, options.FrameRecords));
        long bytes = 0;
        while (events.Count < options.FrameRecords && _uncut.TryPeek(out var next) && (events.Count == 0 || Fits(events[^1], next, bytes, options)))
        {
            events.Add(_uncut.Dequeue());
            bytes += next.Bytes;
        }

        _uncutBytes -= bytes;
        _oldestSince = _lastCut = nowMs;
        var frame = new CutFrame(kind, events[0].Sequence, events[^1].Sequence, events[0].Day, [.. events]);
        Frames.Add(frame.First, frame);
        return frame;
    }

    private static bool Fits(in EventPlace last, in EventPlace next, long bytes, SpoolOptions options) =>
        next.Sequence == last.Sequence + 1 && next.Day == last.Day && bytes + next.Bytes <= options.FrameBytes;
}
