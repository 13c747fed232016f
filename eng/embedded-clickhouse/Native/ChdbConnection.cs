using System.Runtime.InteropServices;
using System.Text;

namespace ThinkWatch.EmbeddedClickHouse.Native;

/// <summary>
/// A session of the engine. Runs one statement at a time: its owner makes sure of that. Several connections run in parallel. Calls block.
/// </summary>
internal sealed unsafe class ChdbConnection : IDisposable
{
    private nint* _connection;

    private ChdbConnection(nint* connection) => _connection = connection;

    /// <summary>The database that unqualified names refer to now.</summary>
    public string Database { get; set; } = "default";

    /// <exception cref="InvalidOperationException">The engine did not start: data directory unusable or used by another process.</exception>
    public static ChdbConnection Open(IReadOnlyList<string> arguments)
    {
        using var list = new NativeStrings(["clickhouse", .. arguments]);
        using var guard = new SignalGuard();
        var connection = Chdb.Connect(list.Count, list.Pointers);
        return connection == null || *connection == 0
            ? throw new InvalidOperationException("chDB did not open its data directory: it is not writable, or another process uses it.")
            : new ChdbConnection(connection);
    }

    public ChdbResult Query(ReadOnlySpan<byte> sql, string format, NativeParameters? parameters = null)
    {
        var formatBytes = Encoding.ASCII.GetBytes(format);
        fixed (byte* query = sql, formatName = formatBytes)
        {
            return ChdbResult.Own(parameters is null
                ? Chdb.Query(*_connection, query, (nuint)sql.Length, formatName, (nuint)formatBytes.Length, null, null, null, null, 0)
                : Chdb.Query(*_connection, query, (nuint)sql.Length, formatName, (nuint)formatBytes.Length,
                    parameters.Names, parameters.NameLengths, parameters.Values, parameters.ValueLengths, (nuint)parameters.Count));
        }
    }

    public void Execute(string sql) => ((IDisposable)Query(Encoding.UTF8.GetBytes(sql), "TabSeparated")).Dispose();

    /// <summary>Begins a SELECT whose rows are fetched chunk by chunk.</summary>
    public ChdbStream Stream(ReadOnlySpan<byte> sql, string format, NativeParameters parameters)
    {
        var formatBytes = Encoding.ASCII.GetBytes(format);
        fixed (byte* query = sql, formatName = formatBytes)
        {
            var handle = Chdb.StreamQuery(*_connection, query, (nuint)sql.Length, formatName, (nuint)formatBytes.Length,
                parameters.Names, parameters.NameLengths, parameters.Values, parameters.ValueLengths, (nuint)parameters.Count);
            if (handle == 0 || ChdbResult.ErrorOf(handle) is not { } error)
                return new ChdbStream(*_connection, handle);
            Chdb.Destroy(handle);
            throw new EngineException(error);
        }
    }

    public void Dispose()
    {
        var connection = _connection;
        _connection = null;
        if (connection != null)
            Chdb.Close(connection);
    }
}

/// <summary>A running SELECT. Fetch until null, then dispose; disposing earlier cancels it.</summary>
internal sealed class ChdbStream(nint connection, nint handle) : IDisposable
{
    private bool _ended;

    public ChdbResult? Fetch()
    {
        if (_ended)
            return null;
        try
        {
            var chunk = ChdbResult.Own(Chdb.StreamFetch(connection, handle));
            // A chunk without rows is the last; it may still hold the frame of an empty result.
            _ended = chunk.Figures.ResultRows == 0;
            if (!_ended || !chunk.Bytes.IsEmpty)
                return chunk;
            ((IDisposable)chunk).Dispose();
            return null;
        }
        catch
        {
            _ended = true;
            throw;
        }
    }

    public void Dispose()
    {
        if (!_ended)
            Chdb.StreamCancel(connection, handle);
        _ended = true;
        Chdb.Destroy(handle);
    }
}

/// <summary>Strings with a trailing NUL in native memory, and the array of their addresses.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    public NativeStrings(IReadOnlyList<string> texts)
    {
        Count = texts.Count;
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)Math.Max(1, Count), (nuint)sizeof(byte*));
        Lengths = (nuint*)NativeMemory.AllocZeroed((nuint)Math.Max(1, Count), (nuint)sizeof(nuint));
        for (var i = 0; i < Count; i++)
        {
            var length = Encoding.UTF8.GetByteCount(texts[i]);
            Pointers[i] = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
            Lengths[i] = (nuint)Encoding.UTF8.GetBytes(texts[i], new Span<byte>(Pointers[i], length));
        }
    }

    public int Count { get; }

    public byte** Pointers { get; }

    public nuint* Lengths { get; }

    public void Dispose()
    {
        for (var i = 0; i < Count; i++)
            NativeMemory.Free(Pointers[i]);
        NativeMemory.Free(Pointers);
        NativeMemory.Free(Lengths);
    }
}

/// <summary>Values of a statement's <c>{name:Type}</c> placeholders, escaped as TabSeparated by the client.</summary>
internal sealed unsafe class NativeParameters(IReadOnlyList<KeyValuePair<string, string>> parameters) : IDisposable
{
    private readonly NativeStrings _names = new([.. parameters.Select(p => p.Key)]);
    private readonly NativeStrings _values = new([.. parameters.Select(p => p.Value)]);

    public int Count => _names.Count;

    public byte** Names => _names.Pointers;

    public nuint* NameLengths => _names.Lengths;

    public byte** Values => _values.Pointers;

    public nuint* ValueLengths => _values.Lengths;

    public void Dispose()
    {
        _names.Dispose();
        _values.Dispose();
    }
}
