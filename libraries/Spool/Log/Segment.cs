using Microsoft.Win32.SafeHandles;

namespace ThinkWatch.Spool.Log;

/// <summary>
/// One file of the log. Every member but <see cref="Read"/> and <see cref="Flush"/> is used under the log's lock; bytes below
/// <see cref="Length"/> never change.
/// </summary>
internal sealed class Segment(int number, string path, SafeFileHandle handle, uint salt, int length) : IDisposable
{
    private const int FirstRecord = RecordFormat.HeaderSize + SegmentHeader.PayloadSize;

    public int Number { get; } = number;

    public string Path { get; } = path;

    public uint Salt { get; } = salt;

    public int Length { get; private set; } = length;

    /// <summary>Events of which a part lies here and that nobody has acknowledged.</summary>
    public int Unacknowledged { get; set; }

    /// <summary>Calls that began here and are not complete.</summary>
    public HashSet<SpoolTicket> Live { get; } = [];

    /// <summary>Nobody needs a byte of it any more, provided that nothing is appended.</summary>
    public bool IsFinished => Unacknowledged == 0 && Live.Count == 0;

    /// <summary>Holds nothing but its header.</summary>
    public bool IsEmpty => Length == FirstRecord;

    /// <summary>Written since the last fsync.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Returns when the kernel has the bytes. After a failure the same place is written again.</summary>
    public int Append(ReadOnlySpan<byte> record)
    {
        var offset = Length;
        IsDirty = true;
        RandomAccess.Write(handle, record, offset);
        Length = offset + record.Length;
        return offset;
    }

    public void Read(int offset, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(handle, target, offset);
            if (read == 0)
                throw new EndOfStreamException($"Spool segment {Number} ends before byte {offset + target.Length}.");
            offset += read;
            target = target[read..];
        }
    }

    public void Flush() => RandomAccess.FlushToDisk(handle);

    public void Delete()
    {
        handle.Dispose();
        File.Delete(Path);
    }

    public void Dispose() => handle.Dispose();
}
