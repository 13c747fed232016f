using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;

namespace ThinkWatch.Spool.Log;

/// <summary>
/// Reads the segments of a predecessor from the oldest on:
/// 1. every record restores one step: calls open and close, events queue up, frames are cut and settled;
/// 2. a torn tail is cut off; damage in the middle is noted and skipped;
/// 3. what is left are frames to send again as they were, events not cut yet, and calls that nobody completed.
/// One thread, before the log is open for writing.
/// </summary>
internal sealed class SpoolRecovery
{
    private readonly SortedDictionary<int, Segment> _segments = [];
    private readonly Dictionary<Guid, Orphan> _open = [];
    private readonly List<Damage> _damages = [];
    private readonly KindState[] _kinds = [.. Enumerable.Range(0, SegmentHeader.Kinds).Select(static _ => new KindState())];
    private Guid _producer = Guid.CreateVersion7();
    private int _lastSegment;

    public static RecoveredState Run(SegmentFolder folder)
    {
        var recovery = new SpoolRecovery();
        foreach (var (number, path) in folder.Existing())
            recovery.ReadSegment(number, path);
        return recovery.Result();
    }

    private void ReadSegment(int number, string path)
    {
        _lastSegment = number;
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(handle);
        using var scanner = new SegmentScanner(handle, (offset, bytes) => _damages.Add(new Damage(number, offset, bytes)));
        if (scanner.ReadHeader() is not { } header)
        {
            _damages.Add(new Damage(number, 0, (int)length));
            handle.Dispose();
            // Kept for whoever wants to look at it; nothing in it can be told from noise.
            File.Move(path, path + ".damaged", overwrite: true);
            return;
        }

        _producer = header.Producer;
        for (var kind = 0; kind < header.NextSequences.Length; kind++)
            _kinds[kind].Next = Math.Max(_kinds[kind].Next, header.NextSequences[kind]);
        while (scanner.MoveNext())
            Apply(number, scanner);
        if (scanner.End < length)
            RandomAccess.SetLength(handle, scanner.End);
        _segments.Add(number, new Segment(number, path, handle, header.Salt, scanner.End) { IsDirty = scanner.End < length });
    }

    private void Apply(int segment, SegmentScanner scanner)
    {
        var record = scanner.Current;
        var place = new RecordPlace(segment, scanner.PayloadOffset, record.Length);
        var kind = _kinds[(int)record.Kind % SegmentHeader.Kinds];
        switch (record.Type)
        {
            case RecordType.Started:
                _open[record.Id] = new Orphan(record.Kind, record.Id, record.CreatedAtMs, place);
                break;
            case RecordType.Completed:
                var isKnown = _open.Remove(record.Id, out var open);
                kind.Add(new EventPlace(record.Sequence, open.Started, place, Days.Of(record.CreatedAtMs), StartIsLost: !isKnown, SpoolTicket.OfPredecessor));
                break;
            case RecordType.Event:
                kind.Add(new EventPlace(record.Sequence, default, place, Days.Of(record.CreatedAtMs), StartIsLost: false, SpoolTicket.OfPredecessor));
                break;
            case RecordType.Cut:
                var cut = SpoolLog.ReadFrameRecord(scanner.Payload);
                kind.Frames[cut.First] = (cut.Last, cut.Day);
                break;
            case RecordType.Acknowledged or RecordType.Dropped:
                var settled = SpoolLog.ReadFrameRecord(scanner.Payload);
                kind.Frames.Remove(settled.First);
                for (var sequence = settled.First; sequence <= settled.Last; sequence++)
                    kind.Events.Remove(sequence);
                break;
        }
    }

    private RecoveredState Result()
    {
        var queues = new KindQueue[SegmentHeader.Kinds];
        for (var kind = 0; kind < queues.Length; kind++)
            queues[kind] = _kinds[kind].ToQueue((RecordKind)kind);
        foreach (var place in _kinds.SelectMany(static k => k.Events.Values))
            SpoolLog.Hold(_segments, place);
        return new RecoveredState(_producer, _lastSegment + 1, _segments, queues, [.. _open.Values], _damages);
    }

    private sealed class KindState
    {
        public ulong Next { get; set; } = 1;

        public Dictionary<ulong, EventPlace> Events { get; } = [];

        public SortedDictionary<ulong, (ulong Last, int Day)> Frames { get; } = [];

        public void Add(in EventPlace place)
        {
            Events[place.Sequence] = place;
            Next = Math.Max(Next, place.Sequence + 1);
        }

        public KindQueue ToQueue(RecordKind kind)
        {
            var queue = new KindQueue(kind) { NextSequence = Next };
            var cut = new HashSet<ulong>();
            foreach (var (first, (last, day)) in Frames)
            {
                List<EventPlace> events = [];
                for (var sequence = first; sequence <= last; sequence++)
                {
                    if (Events.TryGetValue(sequence, out var place))
                        events.Add(place);
                    cut.Add(sequence);
                }

                // Without events all of it lies in segments that are gone, and those go only when acknowledged.
                if (events.Count > 0)
                    queue.Frames.Add(first, new CutFrame(kind, first, last, day, [.. events]) { MayHaveBeenSent = true });
            }

            foreach (var place in Events.Values.Where(e => !cut.Contains(e.Sequence)).OrderBy(static e => e.Sequence))
                queue.Add(place, Environment.TickCount64);
            return queue;
        }
    }
}
