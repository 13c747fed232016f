using Grpc.Core;
using Npgsql;
using StackExchange.Redis;
using ThinkWatch.Limits.Checks;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Checkpoints;

/// <summary>
/// Keeps what the counters' store must not lose: takes checkpoints, rebuilds a store that lost its data from the last one and the rows since, and, when the
/// store was away, tells it again what it may have been the last not to write down. Every replica runs it; of one organisation one at a time.
/// </summary>
/// <param name="unguarded">Settles in a store whose epoch is not there yet.</param>
internal sealed partial class CheckpointKeeper(
    CheckpointStore store, CounterSnapshot snapshot, CounterEpochs epochs, ActiveRules rules, CallReplay replay, Settling settling, Settling unguarded, IConnectionMultiplexer redis,
    NpgsqlDataSource database, PostgresReady ready, TimeProvider time, ILogger<CheckpointKeeper> log) : BackgroundService
{
    /// <summary>As much of request rules, and of reservations, may be gone with the store.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Rows arrive a while after their calls.</summary>
    private static readonly TimeSpan[] ReplaysAfter = [TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)];

    /// <summary>For less than that the store knows what was settled.</summary>
    private static readonly TimeSpan OldestReplay = TimeSpan.FromMinutes(10);

    private readonly List<(DateTimeOffset Due, Guid OrgId, long Since)> _replays = [];
    private volatile bool _wasAway;

    /// <summary>Since when the store is away, in Unix ms; 0: it is not.</summary>
    private long _awaySince;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        redis.ConnectionFailed += OnFailed;
        redis.ConnectionRestored += OnRestored;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TryAsync(() => RoundAsync(stoppingToken));
                await WaitAsync(stoppingToken);
            }
        }
        finally
        {
            redis.ConnectionFailed -= OnFailed;
            redis.ConnectionRestored -= OnRestored;
        }
    }

    /// <summary>Takes a checkpoint now, or rebuilds the store; nothing when another replica is at it.</summary>
    internal async Task KeepAsync(Guid orgId, CancellationToken cancellationToken)
    {
        var (kept, isRebuilt) = await database.InTransactionAsync(
            async (transaction, token) =>
            {
                if (!await CheckpointStore.TryLockAsync(transaction, orgId, token)) return (null, false);
                var epoch = await CheckpointStore.EpochAsync(transaction, orgId, token);
                epochs.Expect(orgId, epoch);
                if (await snapshot.EpochAsync(orgId, token) < epoch && await CheckpointStore.ReadAsync(transaction, orgId, token) is { } last)
                {
                    await RebuildAsync(last, token);
                    return (last, true);
                }

                var next = await snapshot.TakeAsync(orgId, epoch + 1, token);
                if (next is not null) await CheckpointStore.SaveAsync(transaction, next, token);
                return (next, false);
            },
            cancellationToken);
        if (kept is null) return;
        epochs.Expect(orgId, kept.Epoch);
        if (isRebuilt) Schedule(orgId, kept.ReplayFrom);
    }

    /// <summary>Tells the store again what it may have been the last not to write down: all that ended since the last checkpoints.</summary>
    internal async Task ReplayAllAsync(CancellationToken cancellationToken)
    {
        Schedule(await store.ExpectAsync(epochs, Every, cancellationToken));
        await ReplayAsync(cancellationToken);
    }

    /// <summary>What is due of what is told again.</summary>
    internal async Task ReplayAsync(CancellationToken cancellationToken)
    {
        foreach (var due in _replays.Where(r => r.Due <= time.GetUtcNow()).ToList())
        {
            var unknown = await replay.RunAsync(due.OrgId, due.Since, settling, cancellationToken);
            if (unknown > 0) ToldAgain(unknown, due.OrgId);
            _replays.Remove(due);
        }
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        var ages = await store.ExpectAsync(epochs, Every, cancellationToken);
        if (_wasAway)
        {
            _wasAway = false;
            Schedule(ages);
        }

        var lost = new HashSet<Guid>();
        while (epochs.Losses.TryRead(out var orgId)) lost.Add(orgId);
        foreach (var orgId in rules.Organizations.Union(lost).ToList())
        {
            if (lost.Contains(orgId) || !ages.TryGetValue(orgId, out var age) || age.IsDue) await TryAsync(() => KeepAsync(orgId, cancellationToken));
        }

        await ReplayAsync(cancellationToken);
    }

    private async Task RebuildAsync(Checkpoint last, CancellationToken cancellationToken)
    {
        Rebuilding(last.OrgId, DateTimeOffset.FromUnixTimeMilliseconds(last.TakenAt));
        await snapshot.RestoreAsync(last, cancellationToken);
        var calls = await replay.RunAsync(last.OrgId, last.ReplayFrom, unguarded, cancellationToken);
        await snapshot.OpenAsync(last.OrgId, last.Epoch, cancellationToken);
        Rebuilt(last.OrgId, last.Counters.Count, calls);
    }

    private void Schedule(IReadOnlyDictionary<Guid, CheckpointAge> ages)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var away = Interlocked.Exchange(ref _awaySince, 0) is > 0 and var since ? since : now;

        // What was not written down is older than the outage, even if a checkpoint was taken since it ended.
        foreach (var age in ages.Values)
            Schedule(age.OrgId, Math.Max(now - (long)OldestReplay.TotalMilliseconds, Math.Min(age.TakenAt, away) - (long)Checkpoint.Overlap.TotalMilliseconds));
    }

    private void Schedule(Guid orgId, long since)
    {
        foreach (var after in ReplaysAfter) _replays.Add((time.GetUtcNow() + after, orgId, since));
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive) Interlocked.CompareExchange(ref _awaySince, time.GetUtcNow().ToUnixTimeMilliseconds(), 0);
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e)
    {
        if (e.ConnectionType == ConnectionType.Interactive) _wasAway = true;
    }

    /// <summary>Whatever is away, the next round tries again.</summary>
    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is NpgsqlException or RedisException or RpcException or TimeoutException or IOException or ObjectDisposedException)
        {
            NotKept(e.Message);
        }
    }

    /// <summary>Until the next round; at once when a script found the store emptied.</summary>
    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        tick.CancelAfter(Tick);
        await epochs.Losses.WaitToReadAsync(tick.Token).AsTask().ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    [LoggerMessage(330, LogLevel.Warning, "The counters' store has lost what it held of organisation {OrgId}: it is rebuilt from {Checkpoint:O} and the calls since")]
    private partial void Rebuilding(Guid orgId, DateTimeOffset checkpoint);

    [LoggerMessage(331, LogLevel.Warning, "The counters of organisation {OrgId} are back: {Counters} of the checkpoint, {Calls} calls since")]
    private partial void Rebuilt(Guid orgId, int counters, int calls);

    [LoggerMessage(332, LogLevel.Warning, "The counters' store had forgotten {Calls} calls of organisation {OrgId}: they are counted again")]
    private partial void ToldAgain(int calls, Guid orgId);

    [LoggerMessage(333, LogLevel.Warning, "Counters are not kept at the moment: {Reason}")]
    private partial void NotKept(string reason);
}
