using StackExchange.Redis;

namespace ThinkWatch.Limits.Counters;

/// <summary>
/// The calls of one organisation by their scores: the end of its lease for one under way, minus the moment for one that ended (Unix ms). A second at full
/// load puts thousands there, and the store does nothing else while it walks through them: so everything here goes in small parts.
/// </summary>
internal sealed class LeaseSet(IConnectionMultiplexer redis, Guid orgId)
{
    private const int Part = 1000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private readonly RedisKey _key = CallRecord.LeasesOf(orgId);

    private IDatabase Database => redis.GetDatabase();

    /// <summary>The calls with scores from the one to the other, both included.</summary>
    /// <exception cref="RedisException">The store is away.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task<List<SortedSetEntry>> ReadAsync(long from, long to, CancellationToken cancellationToken)
    {
        var found = new List<SortedSetEntry>();
        await EachPartAsync(
            from,
            to,
            async (first, last) => found.AddRange(await Database.SortedSetRangeByScoreWithScoresAsync(_key, first, last).WaitAsync(Deadline, cancellationToken)),
            cancellationToken);
        return found;
    }

    /// <summary>The first that are under way although their leases have ended.</summary>
    public Task<RedisValue[]> OverdueAsync(long now, int most, CancellationToken cancellationToken) =>
        Database.SortedSetRangeByScoreAsync(_key, 0, now, take: most).WaitAsync(Deadline, cancellationToken);

    /// <summary>Forgets the calls that ended at the moment or before, in Unix ms.</summary>
    public Task ForgetEndedAsync(long before, CancellationToken cancellationToken) =>
        EachPartAsync(-before, -1, (first, last) => Database.SortedSetRemoveRangeByScoreAsync(_key, first, last).WaitAsync(Deadline, cancellationToken), cancellationToken);

    /// <summary>
    /// Halves what is too much at once; calls of the same millisecond stay together. From the lowest scores up: a lease that is renewed meanwhile is met
    /// once more, not missed.
    /// </summary>
    private async Task EachPartAsync(long from, long to, Func<long, long, Task> workAsync, CancellationToken cancellationToken)
    {
        var parts = new Stack<(long From, long To)>([(from, to)]);
        while (parts.TryPop(out var part))
        {
            var count = await Database.SortedSetLengthAsync(_key, part.From, part.To).WaitAsync(Deadline, cancellationToken);
            if (count == 0) continue;
            if (count <= Part || part.From == part.To)
            {
                await workAsync(part.From, part.To);
                continue;
            }

            var middle = part.From + ((part.To - part.From) / 2);
            parts.Push((middle + 1, part.To));
            parts.Push((part.From, middle));
        }
    }
}
