using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ThinkWatch.Spool.Log;

/// <summary>
/// Reads a segment from the start. Damage followed by a good record is reported and skipped; damage that nothing good follows is a torn
/// tail, and <see cref="End"/> is where it begins. One thread, bounded memory.
/// </summary>
internal sealed class SegmentScanner(SafeFileHandle handle, Action<int, int> onDamage) : IDisposable
{
    private const int Chunk = 256 * 1024;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Chunk);
    private int _bufferStart;
    private int _bufferLength;
    private int _next;
    private uint _salt;

    /// <summary>Offset behind the last good record.</summary>
    public int End { get; private set; }

    public RecordHeader Current { get; private set; }

    public int PayloadOffset { get; private set; }

    /// <summary>Valid until the next move.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(PayloadOffset - _bufferStart, Current.Length);

    /// <summary>Null when the file does not begin with a good header.</summary>
    public SegmentHeader? ReadHeader()
    {
        if (!TryReadAt(0) || Current.Type != RecordType.SegmentHeader)
            return null;
        var header = SegmentHeader.Read(Current, Payload);
        _salt = header.Salt;
        _next = End = RecordFormat.HeaderSize + Current.Length;
        return header;
    }

    public bool MoveNext()
    {
        var at = _next;
        while (!TryReadAt(at) || Current.Type == RecordType.SegmentHeader)
        {
            if (!HasBytesAt(at, RecordFormat.HeaderSize))
                return false;
            at = NextCandidate(at + 1);
        }

        if (at > _next)
            onDamage(_next, at - _next);
        _next = End = at + RecordFormat.HeaderSize + Current.Length;
        return true;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool TryReadAt(int offset)
    {
        if (!HasBytesAt(offset, RecordFormat.HeaderSize) || !RecordFormat.TryRead(_buffer.AsSpan(offset - _bufferStart), out var header))
            return false;
        var total = RecordFormat.HeaderSize + header.Length;
        if (!HasBytesAt(offset, total) || !RecordFormat.IsIntact(_buffer.AsSpan(offset - _bufferStart, total), _salt))
            return false;
        Current = header;
        PayloadOffset = offset + RecordFormat.HeaderSize;
        return true;
    }

    /// <summary>The first offset from <paramref name="offset"/> on at which the magic stands, or one too near the end of the file for a record.</summary>
    private int NextCandidate(int offset)
    {
        while (HasBytesAt(offset, RecordFormat.HeaderSize))
        {
            var window = _buffer.AsSpan(offset - _bufferStart, _bufferStart + _bufferLength - offset);
            var found = window.IndexOf("TSPL"u8);
            if (found >= 0)
                return offset + found;
            offset += window.Length - 3;
        }

        return offset;
    }

    private bool HasBytesAt(int offset, int count)
    {
        if (offset >= _bufferStart && offset + count <= _bufferStart + _bufferLength)
            return true;
        if (count > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }

        _bufferStart = offset;
        _bufferLength = 0;
        while (_bufferLength < _buffer.Length)
        {
            var read = RandomAccess.Read(handle, _buffer.AsSpan(_bufferLength), (long)_bufferStart + _bufferLength);
            if (read == 0)
                break;
            _bufferLength += read;
        }

        return count <= _bufferLength;
    }
}
