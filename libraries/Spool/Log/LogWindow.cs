using System.Buffers;

namespace ThinkWatch.Spool.Log;

/// <summary>Reads payloads in the order in which they were written: neighbours come with one read, without taking the log's lock again.</summary>
internal sealed class LogWindow(SpoolLog log) : IDisposable
{
    private const int Size = 64 << 10;
    private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(Size);
    private int _segment = -1;
    private int _start;
    private int _length;

    public void Read(RecordPlace place, Span<byte> target)
    {
        if (place.Length > Size)
        {
            log.Read(place, target);
            return;
        }

        if (!Holds(place))
        {
            _segment = -1;
            _length = log.ReadOn(place, _bytes.AsSpan(0, Size));
            (_segment, _start) = (place.Segment, place.Offset);
        }

        _bytes.AsSpan(place.Offset - _start, place.Length).CopyTo(target);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

    private bool Holds(RecordPlace place) =>
        place.Segment == _segment && place.Offset >= _start && place.Offset + place.Length <= _start + _length;
}
