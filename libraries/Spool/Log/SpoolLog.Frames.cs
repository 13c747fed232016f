using System.Buffers.Binary;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;

namespace ThinkWatch.Spool.Log;

/// <summary>Cutting, settling and reading frames.</summary>
internal sealed partial class SpoolLog
{
    private const int FramePayload = 20;

    /// <summary>Frames that a predecessor cut and nobody acknowledged; they go out first, as they were.</summary>
    public IReadOnlyList<CutFrame> Unsettled()
    {
        lock (_lock)
            return [.. _queues.SelectMany(static q => q.Frames.Values)];
    }

    /// <summary>Writes the boundaries of every frame that is due. They may be sent once this is on the disk.</summary>
    public void Cut(bool all, List<CutFrame> target)
    {
        lock (_lock)
        {
            var now = Environment.TickCount64;
            foreach (var queue in _queues)
            {
                while (queue.ShouldCut(_options, now, all))
                {
                    var frame = queue.Cut(_options, now);
                    target.Add(frame);
                    WriteFrameRecord(RecordType.Cut, frame);
                }
            }
        }
    }

    /// <summary>Whether no event waits to be cut or acknowledged.</summary>
    public bool IsDrained()
    {
        lock (_lock)
            return _queues.All(static q => q.Uncut == 0 && q.Frames.Count == 0);
    }

    public long Waiting()
    {
        lock (_lock)
            return _queues.Sum(static q => q.Uncut + q.Frames.Values.Sum(static f => (long)f.Events.Length));
    }

    /// <summary>The frame is acknowledged or given up; its events may go. A lost note of this only means that the same frame is sent again.</summary>
    public void Settle(CutFrame frame, bool dropped = false)
    {
        lock (_lock)
        {
            if (frame.IsSettled || _closed)
                return;
            frame.IsSettled = true;
            _queues[(int)frame.Kind].Frames.Remove(frame.First);
            foreach (var place in frame.Events)
                Release(place);
            try
            {
                WriteFrameRecord(dropped ? RecordType.Dropped : RecordType.Acknowledged, frame);
            }
            catch (IOException)
            {
                _fault = true;
            }
        }
    }

    /// <summary>Reads a payload below the log's end; needs no lock but to find the file.</summary>
    public void Read(RecordPlace place, Span<byte> target)
    {
        Segment segment;
        lock (_lock)
            segment = _segments[place.Segment];
        segment.Read(place.Offset, target);
    }

    /// <summary>Reads a payload and what follows it, as far as the log and <paramref name="target"/> go.</summary>
    /// <returns>How many bytes; never fewer than the payload's.</returns>
    public int ReadOn(RecordPlace place, Span<byte> target)
    {
        Segment segment;
        int end;
        lock (_lock)
        {
            segment = _segments[place.Segment];
            end = segment.Length;
        }

        target = target[..Math.Min(target.Length, end - place.Offset)];
        segment.Read(place.Offset, target);
        return target.Length;
    }

    private void Release(in EventPlace place)
    {
        _segments[place.Final.Segment].Unacknowledged--;
        if (!place.Started.IsNowhere)
            _segments[place.Started.Segment].Unacknowledged--;
    }

    private void WriteFrameRecord(RecordType type, CutFrame frame)
    {
        Span<byte> payload = stackalloc byte[FramePayload];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, frame.First);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], frame.Last);
        BinaryPrimitives.WriteInt32LittleEndian(payload[16..], frame.Day);
        using var buffer = RecordBuffer.Of(payload);
        Write(type, frame.Kind, Guid.Empty, 0, 0, buffer);
    }

    internal static (ulong First, ulong Last, int Day) ReadFrameRecord(ReadOnlySpan<byte> payload) => (
        BinaryPrimitives.ReadUInt64LittleEndian(payload),
        BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(payload[16..]));
}
