using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using ThinkWatch.EmbeddedClickHouse.Native;

namespace ThinkWatch.EmbeddedClickHouse;

/// <summary>
/// The engine as a bounded pool of its sessions: each runs one statement at a time, several run in parallel. One more session is kept back to
/// stop statements of the others. Safe for concurrent use.
/// </summary>
internal sealed partial class Engine : IAsyncDisposable
{
    private readonly ServerOptions _options;
    private readonly ILogger<Engine> _logger;
    private readonly List<string> _arguments;
    private readonly ConcurrentBag<ChdbConnection> _idle = [];
    private readonly SemaphoreSlim _free;
    private readonly ChdbConnection _control;
    private readonly Lock _controlling = new();
    private bool _closed;
    private int _waiting;

    public Engine(ServerOptions options, ILogger<Engine> logger)
    {
        (_options, _logger) = (options, logger);
        Directory.CreateDirectory(options.DataDirectory);
        if (DroppedTables.Purge(options.DataDirectory) is > 0 and var removed)
            LogPurged(removed);
        var memory = (long)options.MaxMemoryMegabytes * 1024 * 1024;
        _arguments =
        [
            $"--path={options.DataDirectory}",
            string.Create(CultureInfo.InvariantCulture, $"--max_server_memory_usage={memory}"),
            string.Create(CultureInfo.InvariantCulture, $"--mark_cache_size={memory / 16}"),
            string.Create(CultureInfo.InvariantCulture, $"--uncompressed_cache_size={memory / 32}"),
        ];
        using (new SignalGuard())
            Chdb.Load(options.Library);
        _control = Open();
        for (var i = 0; i < options.Connections; i++)
            _idle.Add(Open());
        _free = new SemaphoreSlim(options.Connections, options.Connections);
        using var version = _control.Query("SELECT version()"u8, "TabSeparated") as IDisposable;
        Version = Encoding.ASCII.GetString(((ChdbResult)version!).Bytes.Span).Trim();
        LogOpened(Version, options.DataDirectory);
    }

    public string Version { get; }

    /// <summary>Waits for a free session. The caller returns it whatever happens, by disposing the lease.</summary>
    /// <exception cref="EngineException">Too many wait already, or the wait was too long.</exception>
    public async Task<Lease> LeaseAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > _options.MaxWaiting || !await WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            Interlocked.Decrement(ref _waiting);
            throw new EngineException(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many simultaneous queries");
        }

        Interlocked.Decrement(ref _waiting);
        try
        {
            return new Lease(this, _idle.TryTake(out var connection) ? connection : Open());
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <summary>Asks the engine to stop the statement that runs under <paramref name="mark"/>; it answers its own caller.</summary>
    public void Stop(string mark) => Kill($"= {Quote(mark)}");

    /// <summary>Asks the engine to stop every statement that came over HTTP.</summary>
    public void StopAll() => Kill("LIKE 'http:%'");

    /// <summary>Waits for the running statements, stopping those that take too long, and closes the engine: exit without it crashes.</summary>
    public async ValueTask DisposeAsync()
    {
        var returned = 0;
        var patience = Environment.TickCount64 + 3000;
        while (returned < _options.Connections)
        {
            if (await _free.WaitAsync(TimeSpan.FromMilliseconds(200)).ConfigureAwait(false))
                returned++;
            else if (Environment.TickCount64 > patience)
                StopAll();
        }

        while (_idle.TryTake(out var connection))
            connection.Dispose();
        lock (_controlling)
        {
            _closed = true;
            _control.Dispose();
        }

        _free.Dispose();
        LogClosed();
    }

    internal static string Quote(string text) =>
        $"'{text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'";

    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _free.WaitAsync(_options.MaxWait, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _waiting);
            throw;
        }
    }

    private ChdbConnection Open()
    {
        var connection = ChdbConnection.Open(_arguments);
        // chDB relaxes these for its embedded use; a server has them off.
        connection.Execute("SET implicit_select = 0, allow_introspection_functions = 0");
        return connection;
    }

    private void Kill(string marks)
    {
        lock (_controlling)
        {
            if (_closed)
                return;
            try
            {
                _control.Execute($"KILL QUERY WHERE Settings['log_comment'] {marks} ASYNC");
            }
            catch (EngineException failure)
            {
                LogStopFailed(failure.Code);
            }
        }
    }

    private void Return(ChdbConnection connection, bool clean)
    {
        if (clean)
        {
            _idle.Add(connection);
        }
        else
        {
            connection.Dispose(); // the next lease opens another
        }

        _free.Release();
    }

    [LoggerMessage(1, LogLevel.Information, "ClickHouse engine {Version} opened {Directory}")]
    private partial void LogOpened(string version, string directory);

    [LoggerMessage(2, LogLevel.Information, "Engine closed")]
    private partial void LogClosed();

    [LoggerMessage(3, LogLevel.Information, "Removed the files of {Count} dropped tables")]
    private partial void LogPurged(int count);

    [LoggerMessage(4, LogLevel.Warning, "A statement could not be stopped: ClickHouse error {Code}")]
    private partial void LogStopFailed(int code);

    /// <summary>One session, for one request. Not clean until the request says so: a session of unknown state is thrown away.</summary>
    internal sealed class Lease(Engine engine, ChdbConnection connection) : IDisposable
    {
        public ChdbConnection Connection => connection;

        public bool Clean { get; set; }

        public void Dispose() => engine.Return(connection, Clean);
    }
}
