using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;

namespace ThinkWatch.Spool.Log;

/// <summary>
/// The append-only log: calls begun and completed, events, frame cuts and acknowledgements in the order in which they happened, so that
/// reading it from the start restores every state. Segments go from the oldest on, hence nothing that is left depends on what is gone.
/// One lock, held for one write() of one record; all members may be called from any thread.
/// </summary>
internal sealed partial class SpoolLog : IDisposable
{
    private const int SegmentsOfAFullSpool = 8;
    private const int SmallestSegment = 4096;
    private readonly Lock _lock = new();
    private readonly SegmentFolder _folder;
    private readonly SpoolOptions _options;
    private readonly Guid _producer;
    private readonly SortedDictionary<int, Segment> _segments;
    private readonly KindQueue[] _queues;
    private readonly Queue<(SpoolTicket Ticket, byte[] Payload)> _late = new();
    private readonly int _largestSegment;
    private Segment _current;
    private int _segmentBytes;
    private long _bytes;
    private volatile bool _fault;
    private bool _closed;

    public SpoolLog(SegmentFolder folder, SpoolOptions options, RecoveredState state)
    {
        _folder = folder;
        _options = options;
        _producer = state.Producer;
        _segments = state.Segments;
        _queues = state.Queues;
        _segmentBytes = _largestSegment = options.SegmentBytes;
        foreach (var segment in _segments.Values)
            _bytes += segment.Length;
        _current = Roll(state.NextSegment);
    }

    public Guid Producer => _producer;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>
    /// Space comes back a segment at a time: a small spool needs small segments, or one half-used segment would fill it for good.
    /// </summary>
    public int FitSegments(long maxBytes)
    {
        lock (_lock)
            return _segmentBytes = (int)Math.Clamp(maxBytes / SegmentsOfAFullSpool, Math.Min(SmallestSegment, _largestSegment), _largestSegment);
    }

    /// <summary>The disk refused the last write, or has no room for the next segment.</summary>
    public bool HasFault => _fault;

    /// <summary>False: nothing was kept. <paramref name="durable"/> completes at the next fsync.</summary>
    public bool TryBegin(SpoolTicket ticket, in RecordBuffer buffer, out Task durable)
    {
        lock (_lock)
        {
            durable = _nextCommit.Task;
            if (_closed)
                return false;
            try
            {
                ticket.Started = Write(RecordType.Started, ticket.Kind, ticket.Id, ticket.CreatedAtMs, 0, buffer);
            }
            catch (IOException)
            {
                _fault = true;
                return false;
            }

            _segments[ticket.Started.Segment].Live.Add(ticket);
            return true;
        }
    }

    public bool TryAppend(RecordKind kind, Guid id, long createdAtMs, in RecordBuffer buffer)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            try
            {
                WriteFinal(RecordType.Event, kind, id, createdAtMs, default, ticket: null, buffer);
                return true;
            }
            catch (IOException)
            {
                _fault = true;
                return false;
            }
        }
    }

    /// <summary>A completion that the disk refuses is kept in memory and written when it can be: the call was made, so it is never forgotten.</summary>
    public void Complete(SpoolTicket ticket, in RecordBuffer buffer)
    {
        lock (_lock)
        {
            if (ticket.IsComplete)
                return;
            ticket.IsComplete = true;
            if (_closed)
                return;
            try
            {
                WriteCompleted(ticket, buffer);
            }
            catch (IOException)
            {
                _fault = true;
                _late.Enqueue((ticket, buffer.Record[RecordFormat.HeaderSize..].ToArray()));
            }
        }
    }

    /// <summary>Writes the completions that the disk refused before.</summary>
    public void RetryLate()
    {
        lock (_lock)
        {
            while (_late.TryPeek(out var late))
            {
                using var buffer = RecordBuffer.Of(late.Payload);
                WriteCompleted(late.Ticket, buffer);
                _late.Dequeue();
            }
        }
    }

    public void SetFault(bool value) => _fault = value;

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var segment in _segments.Values)
                segment.Dispose();
        }
    }

    private void WriteCompleted(SpoolTicket ticket, in RecordBuffer buffer)
    {
        WriteFinal(RecordType.Completed, ticket.Kind, ticket.Id, ticket.CreatedAtMs, ticket.Started, ticket.IsSettling ? ticket : null, buffer);
        _segments[ticket.Started.Segment].Live.Remove(ticket);
    }

    private void WriteFinal(RecordType type, RecordKind kind, Guid id, long createdAtMs, RecordPlace started, SpoolTicket? ticket, in RecordBuffer buffer)
    {
        var queue = _queues[(int)kind];
        var final = Write(type, kind, id, createdAtMs, queue.NextSequence, buffer);
        var place = new EventPlace(queue.NextSequence++, started, final, Days.Of(createdAtMs), StartIsLost: false, ticket);
        Hold(_segments, place);
        queue.Add(place, Environment.TickCount64);
    }

    private RecordPlace Write(RecordType type, RecordKind kind, Guid id, long createdAtMs, ulong sequence, in RecordBuffer buffer)
    {
        var record = buffer.Record;
        if (_current.Length + (long)record.Length > _segmentBytes && !_current.IsEmpty)
            _current = Roll(_current.Number + 1);
        var header = new RecordHeader(type, kind, buffer.PayloadLength, createdAtMs, sequence, id);
        RecordFormat.Seal(record, header, buffer.Checksum, _current.Salt);
        var offset = _current.Append(record);
        Interlocked.Add(ref _bytes, record.Length);
        return new RecordPlace(_current.Number, offset + RecordFormat.HeaderSize, buffer.PayloadLength);
    }

    private Segment Roll(int number)
    {
        var segment = _folder.Create(number, _producer, [.. _queues.Select(static q => q.NextSequence)]);
        _segments.Add(number, segment);
        Interlocked.Add(ref _bytes, segment.Length);
        _folderChanged = true;
        return segment;
    }

    internal static void Hold(SortedDictionary<int, Segment> segments, in EventPlace place)
    {
        segments[place.Final.Segment].Unacknowledged++;
        if (!place.Started.IsNowhere)
            segments[place.Started.Segment].Unacknowledged++;
    }
}
