using System.Globalization;
using System.Text;
using StackExchange.Redis;
using ThinkWatch.Limits.Counters;

namespace ThinkWatch.Limits.Checkpoints;

/// <summary>Reads what the store holds of an organisation, and writes it back into one that lost it.</summary>
internal sealed class CounterSnapshot(IConnectionMultiplexer redis, CounterEpochs epochs, Func<TimeSpan> lease)
{
    private const int Attempts = 5;
    private const int AtOnce = 500;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>How long a restored mark that a call was settled is kept.</summary>
    private static readonly TimeSpan EndedKept = TimeSpan.FromMinutes(15);

    /// <summary>Longer than settings allow, so that nothing under way is overlooked.</summary>
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(1);

    private static readonly string Script = ReadScript();

    /// <summary>Null: counters came faster than they could be read; the next round tries again.</summary>
    /// <exception cref="RedisException">The store is away, or has lost what it counted.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task<Checkpoint?> TakeAsync(Guid orgId, long epoch, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var known = await database.SetMembersAsync(CounterEpochs.KnownKey(orgId)).WaitAsync(Deadline, cancellationToken);
            RedisKey[] keys =
            [
                .. known.Select(static key => (RedisKey)(string)key!), CallRecord.LeasesOf(orgId), CounterEpochs.KnownKey(orgId), CounterEpochs.EpochKey(orgId),
            ];
            RedisValue[] arguments = [epochs.Of(orgId), epoch, (long)lease().TotalMilliseconds];
            var answer = (RedisResult[])(await RunAsync(database, keys, arguments).WaitAsync(Deadline, cancellationToken))!;
            if (answer.Length == 0) continue;
            var taken = long.Parse((string)answer[0]!, CultureInfo.InvariantCulture);
            var counters = Read(known, answer);
            var gone = known.Where(key => counters.TrueForAll(counter => counter.Key != key)).ToArray();
            if (gone.Length > 0) await database.SetRemoveAsync(CounterEpochs.KnownKey(orgId), gone).WaitAsync(Deadline, cancellationToken);
            var leases = new LeaseSet(redis, orgId);
            var underWay = await UnderWayAsync(leases, [.. (string[])answer[2]!], taken, cancellationToken);
            return new Checkpoint(orgId, epoch, taken, await EndedAsync(leases, (string[])answer[1]!, taken, cancellationToken), underWay, counters);
        }

        return null;
    }

    /// <summary>Writes everything but the epoch: until that is there nobody counts.</summary>
    public async Task RestoreAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        var leases = CallRecord.LeasesOf(checkpoint.OrgId);
        var writes = new List<Task>();
        foreach (var counter in checkpoint.Counters)
        {
            var fields = counter.Fields.Split(' ');
            HashEntry[] entries = [.. Enumerable.Range(0, fields.Length / 2).Select(i => new HashEntry(fields[2 * i], fields[(2 * i) + 1]))];
            writes.Add(database.KeyDeleteAsync(counter.Key));
            writes.Add(database.HashSetAsync(counter.Key, entries));
            writes.Add(database.KeyExpireAsync(counter.Key, TimeSpan.FromMilliseconds(counter.LifeMs)));
            writes.Add(database.SetAddAsync(CounterEpochs.KnownKey(checkpoint.OrgId), counter.Key));
            await FlushAsync(writes, AtOnce, cancellationToken);
        }

        foreach (var call in checkpoint.UnderWay)
        {
            writes.Add(database.StringSetAsync(call.Key, call.Record, TimeSpan.FromHours(24)));
            writes.Add(database.SortedSetAddAsync(leases, call.Key, call.LeaseUntil));
            await FlushAsync(writes, AtOnce, cancellationToken);
        }

        foreach (var key in checkpoint.Ended)
        {
            writes.Add(database.StringSetAsync(key, CallRecord.Settled, EndedKept));
            await FlushAsync(writes, AtOnce, cancellationToken);
        }

        await FlushAsync(writes, 1, cancellationToken);
    }

    public async Task<long> EpochAsync(Guid orgId, CancellationToken cancellationToken) =>
        (long)await redis.GetDatabase().StringGetAsync(CounterEpochs.EpochKey(orgId)).WaitAsync(Deadline, cancellationToken);

    /// <summary>From here on everybody counts there again.</summary>
    public Task OpenAsync(Guid orgId, long epoch, CancellationToken cancellationToken) =>
        redis.GetDatabase().StringSetAsync(CounterEpochs.EpochKey(orgId), epoch).WaitAsync(Deadline, cancellationToken);

    private static List<KeptCounter> Read(RedisValue[] known, RedisResult[] answer)
    {
        var counters = new List<KeptCounter>(known.Length);
        for (var i = 0; i < known.Length; i++)
        {
            var fields = (string[])answer[4 + (2 * i)]!;
            var life = (long)answer[3 + (2 * i)];
            if (fields.Length > 0 && life > 0) counters.Add(new KeptCounter(known[i]!, life, string.Join(' ', fields)));
        }

        return counters;
    }

    /// <summary>Records are read after the sums: what was reserved since is in none, and what was settled since will be told again.</summary>
    /// <param name="begun">Of those that began in the checkpoint's very millisecond, the ones that are in its sums.</param>
    private async Task<IReadOnlyList<KeptCall>> UnderWayAsync(LeaseSet leases, HashSet<string> begun, long taken, CancellationToken cancellationToken)
    {
        var found = new List<KeptCall>();
        var overdue = await leases.ReadAsync(0, taken, cancellationToken);
        var others = await leases.ReadAsync(taken + 1, taken + (long)LongestLease.TotalMilliseconds, cancellationToken);
        foreach (var some in overdue.Concat(others).Chunk(AtOnce))
        {
            var records = await redis.GetDatabase().StringGetAsync(Array.ConvertAll(some, static call => (RedisKey)(string)call.Element!)).WaitAsync(Deadline, cancellationToken);
            for (var i = 0; i < some.Length; i++)
            {
                if (!records[i].HasValue || records[i] == CallRecord.Settled) continue;
                var (key, began) = ((string)some[i].Element!, CallRecord.Parse(records[i]!).CheckedAt);
                if (began < taken || (began == taken && begun.Contains(key))) found.Add(new KeptCall(key, records[i]!, (long)some[i].Score));
            }
        }

        return found;
    }

    /// <summary>What ended shortly before the checkpoint, and in its very millisecond before it.</summary>
    private static async Task<IReadOnlyList<string>> EndedAsync(LeaseSet leases, string[] justNow, long taken, CancellationToken cancellationToken)
    {
        var before = await leases.ReadAsync(1 - taken, (long)Checkpoint.LookBack.TotalMilliseconds - taken, cancellationToken);
        return [.. before.Select(static call => (string)call.Element!), .. justNow];
    }

    private static async Task FlushAsync(List<Task> writes, int from, CancellationToken cancellationToken)
    {
        if (writes.Count < from) return;
        await Task.WhenAll(writes).WaitAsync(Deadline, cancellationToken);
        writes.Clear();
    }

    /// <summary>A store that has forgotten the script is asked once more, with all of its text.</summary>
    private static async Task<RedisResult> RunAsync(IDatabase database, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await database.ScriptEvaluateAsync(Script, keys, arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(Script, keys, arguments);
        }
    }

    private static string ReadScript()
    {
        using var stream = typeof(CounterSnapshot).Assembly.GetManifestResourceStream("ThinkWatch.Limits.Counters.checkpoint.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
