using System.Collections.Concurrent;
using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Principals;

/// <summary>
/// Remembers which keys were used and writes it every ten seconds in one statement. Any number of threads note; one loop writes. Losing a
/// batch to a crash loses ten seconds of "last used", nothing else.
/// </summary>
internal sealed partial class LastUsed(NpgsqlDataSource database, PostgresReady ready, TimeProvider time, ILogger<LastUsed> log) : BackgroundService
{
    private const int Bound = 100_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    public void Note(string keyId)
    {
        if (_used.Count < Bound)
            _used[keyId] = time.GetUtcNow();
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_used.IsEmpty)
            return;
        var batch = Interlocked.Exchange(ref _used, new ConcurrentDictionary<string, DateTimeOffset>(StringComparer.Ordinal)).ToArray();
        await using var command = database.CreateCommand("""
            UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, b.at) FROM unnest($1, $2) AS b(id, at) WHERE k.id = b.id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batch.Select(b => Guid.Parse(b.Key))] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. batch.Select(b => b.Value)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryFlushAsync(stoppingToken);
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            LogLost(log, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A batch of last-used times was not written: {Reason}")]
    private static partial void LogLost(ILogger logger, string reason);
}
