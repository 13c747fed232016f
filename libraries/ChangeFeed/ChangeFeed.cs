using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ThinkWatch.Changes;

/// <summary>
/// Follows the schema's <c>changes</c> table and hands every reader what is new, with a heartbeat each 200 ms that is only sent when the database
/// really was read. One poller a process, any number of readers: they share one immutable tail that is swapped atomically.
/// </summary>
public sealed partial class ChangeFeed(NpgsqlDataSource database, ILogger<ChangeFeed> logger) : BackgroundService
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200);

    private const int CommandTimeoutSeconds = 2;
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _trimEvery = TimeSpan.FromMinutes(10);

    private volatile Tick _tick = new(ChangeTail.Unread);

    /// <summary>Batches after <paramref name="after"/> (0 = from now on), for as long as the caller enumerates. Silent while the database cannot be read.</summary>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = after == 0 ? (long?)null : after;
        while (true)
        {
            // The tick in place may be old news (the database may have gone since): only a later one proves that it was read.
            var tick = await _tick.Next.WaitAsync(cancellationToken);
            var batch = tick.Tail.Since(position);
            position = batch.Sequence;
            yield return batch;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException or OperationCanceledException)
            {
                // The store is away, or its schema not yet made: readers hear nothing and know it. The health check reports it; here it is only tried again.
                LogUnreadable(e.Message);
                await Task.Delay(_retryDelay, stoppingToken);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var listen = new NpgsqlCommand("DO $$ BEGIN EXECUTE format('LISTEN %I', current_schema() || '_changes'); END $$", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);

        var trimmedAt = Environment.TickCount64;
        while (true)
        {
            var tail = await ReadTailAsync(connection, cancellationToken);
            var tick = _tick;
            _tick = new Tick(tail);
            tick.Complete(_tick);

            if (Environment.TickCount64 - trimmedAt > _trimEvery.TotalMilliseconds)
            {
                await TrimAsync(connection, cancellationToken);
                trimmedAt = Environment.TickCount64;
            }

            // Wakes early on a notification; the poll is what the promise rests on.
            await connection.WaitAsync(Heartbeat, cancellationToken);
        }
    }

    private async Task<ChangeTail> ReadTailAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var known = _tick.Tail;
        await using var command = known.IsRead
            ? new NpgsqlCommand("SELECT sequence, kind, payload FROM changes WHERE sequence > $1 ORDER BY sequence LIMIT $2", connection)
            {
                Parameters = { new() { Value = known.Sequence }, new() { Value = ChangeTail.Capacity } },
            }
            : new NpgsqlCommand("SELECT sequence, kind, payload FROM (SELECT * FROM changes ORDER BY sequence DESC LIMIT $1) tail ORDER BY sequence", connection)
            {
                Parameters = { new() { Value = ChangeTail.Capacity } },
            };
        command.CommandTimeout = CommandTimeoutSeconds;

        List<Change>? found = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            (found ??= []).Add(new Change(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        return known.With(found);
    }

    /// <summary>Forgets changes of more than a day, but never the newest: the sequence of the feed must not fall back to 0.</summary>
    private static async Task TrimAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "DELETE FROM changes WHERE created_at < now() - interval '1 day' AND sequence < (SELECT max(sequence) FROM changes)", connection)
        {
            CommandTimeout = CommandTimeoutSeconds,
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Debug, "The change table cannot be read: {Reason}")]
    private partial void LogUnreadable(string reason);

    /// <summary>What was read, and a promise of what is read next.</summary>
    private sealed class Tick(ChangeTail tail)
    {
        private readonly TaskCompletionSource<Tick> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ChangeTail Tail { get; } = tail;

        public Task<Tick> Next => _next.Task;

        public void Complete(Tick next) => _next.SetResult(next);
    }
}
