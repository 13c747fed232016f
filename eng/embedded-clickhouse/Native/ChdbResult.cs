using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace ThinkWatch.EmbeddedClickHouse.Native;

/// <summary>What the engine counted for one statement or chunk.</summary>
internal readonly record struct Figures(ulong ResultRows, ulong ReadRows, ulong ReadBytes, ulong WrittenRows, ulong WrittenBytes)
{
    public static Figures operator +(Figures a, Figures b) => new(
        a.ResultRows + b.ResultRows, a.ReadRows + b.ReadRows, a.ReadBytes + b.ReadBytes, a.WrittenRows + b.WrittenRows, a.WrittenBytes + b.WrittenBytes);
}

/// <summary>A successful result whose bytes stay in the engine's memory until it is disposed. One user at a time.</summary>
internal sealed unsafe class ChdbResult : MemoryManager<byte>
{
    private readonly int _length;
    private nint _handle;

    private ChdbResult(nint handle)
    {
        _handle = handle;
        var length = Chdb.Length(handle);
        _length = length <= int.MaxValue
            ? (int)length
            : throw new EngineException(396, "TOO_MANY_ROWS_OR_BYTES", "The result is larger than 2 GB: use a format that streams (JSONEachRow, CSV, TabSeparated, RowBinary).");
        Figures = new Figures(
            Chdb.RowsRead(handle), Chdb.StorageRowsRead(handle), Chdb.StorageBytesRead(handle), Chdb.RowsWritten(handle), Chdb.BytesWritten(handle));
    }

    public Figures Figures { get; }

    /// <summary>The encoded rows; empty for a statement without a result, whose buffer is null.</summary>
    public ReadOnlyMemory<byte> Bytes => _length == 0 ? default : Memory;

    /// <summary>Takes over <paramref name="handle"/>. Its figures are garbage when it carries an error, so the error is looked at first.</summary>
    /// <exception cref="EngineException">The result carries an error; it has been destroyed.</exception>
    public static ChdbResult Own(nint handle)
    {
        if (handle == 0)
            throw new EngineException(1002, "UNKNOWN_EXCEPTION", "The engine gave no result.");
        try
        {
            if (ErrorOf(handle) is { } error)
                throw new EngineException(error);
            return new ChdbResult(handle);
        }
        catch
        {
            Chdb.Destroy(handle);
            throw;
        }
    }

    public static string? ErrorOf(nint handle)
    {
        var error = Chdb.Error(handle);
        return error == null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error));
    }

    public override Span<byte> GetSpan() => _handle != 0 && _length > 0 ? new Span<byte>(Chdb.Buffer(_handle), _length) : default;

    public override MemoryHandle Pin(int elementIndex = 0) => new(Chdb.Buffer(_handle) + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _handle, 0) is not 0 and var handle)
            Chdb.Destroy(handle);
    }
}
