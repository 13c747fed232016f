using StackExchange.Redis;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Consumption;

/// <summary>What counters hold at the moment, without touching them; and empties them.</summary>
internal sealed class UsageReader(IConnectionMultiplexer redis, BudgetClock clock, CounterEpochs epochs, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>One sum a meter, in its own unit.</summary>
    /// <exception cref="ApiProblemException">503 when the counters cannot be reached.</exception>
    public async Task<long[]> ReadAsync(IReadOnlyList<Meter> meters, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var hashes = await ReachAsync(() => Task.WhenAll(meters.Select(meter => database.HashGetAllAsync(meter.Key))), cancellationToken);
        await DemandAsync(meters, cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return [.. meters.Select((meter, i) => meter.Period is { } period ? Spent(hashes[i], clock.StartOf(period, now)) : Counted(hashes[i], now / meter.Width))];
    }

    /// <exception cref="ApiProblemException">503 when the counters cannot be reached.</exception>
    public Task ResetAsync(IReadOnlyList<Meter> meters, CancellationToken cancellationToken) =>
        ReachAsync(() => redis.GetDatabase().KeyDeleteAsync([.. meters.Select(static meter => (RedisKey)meter.Key)]), cancellationToken);

    /// <summary>What a store shows that lost its data is nobody's use.</summary>
    private async Task DemandAsync(IReadOnlyList<Meter> meters, CancellationToken cancellationToken)
    {
        foreach (var orgId in meters.Select(static meter => meter.OrgId).Distinct())
        {
            var epoch = await ReachAsync(() => redis.GetDatabase().StringGetAsync(CounterEpochs.EpochKey(orgId)), cancellationToken);
            if ((long)epoch >= epochs.Of(orgId)) continue;
            epochs.Lost(orgId);
            throw ApiProblem.Unavailable("The counters are being rebuilt.").AsException();
        }
    }

    private static long Spent(HashEntry[] fields, long start) => Field(fields, "h") is { } head && head >= start ? Field(fields, "s") ?? 0 : 0;

    private static long Counted(HashEntry[] fields, long bucket)
    {
        if (Field(fields, "h") is not { } head) return 0;
        var sum = 0L;
        for (var b = Math.Max(head, bucket) - Rules.Windows.Buckets + 1; b <= head; b++) sum += Field(fields, $"{b % Rules.Windows.Buckets}") ?? 0;
        return sum;
    }

    private static long? Field(HashEntry[] fields, string name)
    {
        foreach (var field in fields)
        {
            if (field.Name == name) return (long)field.Value;
        }

        return null;
    }

    private static async Task<T> ReachAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().WaitAsync(Deadline, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or RedisException or ObjectDisposedException)
        {
            throw ApiProblem.Unavailable("The counters cannot be reached.").AsException(e);
        }
    }
}
