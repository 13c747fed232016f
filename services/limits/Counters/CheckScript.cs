using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>What a call, or several like ones, asks: all of the common shares, then the first candidate's that fit.</summary>
/// <param name="RequestId">Set when it reserves something that is to be settled; then it is a single call.</param>
internal sealed record CheckGroup(IReadOnlyList<Share> Common, IReadOnlyList<IReadOnlyList<Share>> Candidates, string? RequestId, int Calls);

/// <summary>
/// What the script decided for a group: the first <paramref name="Passed"/> calls are counted, the others are refused by <paramref name="Refusing"/>
/// (null when all passed), whose sum is <paramref name="Current"/> and which would let one pass in <paramref name="RetryMs"/>.
/// </summary>
/// <param name="Candidate">The index of the candidate taken; 0 when there were none.</param>
/// <param name="Excluded">Of each candidate that was passed over the meter that refused it.</param>
/// <param name="Sums">Every common meter's sum with those that passed.</param>
internal sealed record GroupVerdict(int Passed, Meter? Refusing, long Current, long RetryMs, int Candidate, Meter[] Excluded, long[] Sums);

/// <summary>Runs the one script that checks and counts everything that calls which came together are counted against, on Redis's clock. Thread-safe.</summary>
internal sealed class CheckScript(IConnectionMultiplexer redis, BudgetClock clock, CounterEpochs epochs, Func<TimeSpan> lease, Func<long>? scriptClock = null)
{
    private const int FixedFields = 6;
    private readonly MeterScript _script = new(redis, "check", epochs, scriptClock);

    /// <summary>Counts the groups in their order; one verdict for each. All meters belong to one organisation: their keys share its hash tag.</summary>
    /// <exception cref="TimeoutException">Redis did not answer in time. The calls may or may not have been counted.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<GroupVerdict[]> CheckAsync(Guid orgId, IReadOnlyList<CheckGroup> groups, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var table = new MeterTable(clock, epochs, orgId);
        foreach (var group in groups) Place(group, table);
        var more = new List<RedisKey>();
        var arguments = new List<RedisValue>(16 * groups.Count) { (long)lease().TotalMilliseconds };
        foreach (var group in groups) Append(orgId, group, table, more, arguments);
        var answer = (RedisResult[])(await _script.RunAsync(orgId, table.Keys(more), table.Arguments(arguments), deadline, cancellationToken))!;
        return Array.ConvertAll(answer, result => Read((long[])result!, table));
    }

    /// <summary>Meters get their places first: records come after all of them.</summary>
    private static void Place(CheckGroup group, MeterTable table)
    {
        foreach (var share in group.Common) table.PlaceOf(share.Meter);
        foreach (var candidate in group.Candidates)
        {
            foreach (var share in candidate) table.PlaceOf(share.Meter);
        }
    }

    private static void Append(Guid orgId, CheckGroup group, MeterTable table, List<RedisKey> more, List<RedisValue> arguments)
    {
        if (group.RequestId is { } id)
        {
            if (more.Count == 0) more.Add(CallRecord.LeasesOf(orgId));
            more.Add(CallRecord.KeyOf(orgId, id));
        }

        arguments.Add(group.Calls);
        arguments.Add(group.RequestId is null ? 0 : table.Count + more.Count);
        Append(group.Common, table, arguments);
        arguments.Add(group.Candidates.Count);
        foreach (var candidate in group.Candidates) Append(candidate, table, arguments);
        if (group.RequestId is null) return;
        arguments.Add(CallRecord.Text(group.Common, withRequests: false));
        foreach (var candidate in group.Candidates) arguments.Add(CallRecord.Text(candidate, withRequests: true));
    }

    private static void Append(IReadOnlyList<Share> shares, MeterTable table, List<RedisValue> arguments)
    {
        arguments.Add(shares.Count);
        foreach (var share in shares)
        {
            arguments.Add(table.PlaceOf(share.Meter));
            arguments.Add(share.Needed);
            arguments.Add(share.Counted);
        }
    }

    private static GroupVerdict Read(long[] fields, MeterTable table)
    {
        var excluded = fields[5] == 0 ? [] : fields.AsSpan(FixedFields, (int)fields[5]).ToArray();
        return new GroupVerdict(
            (int)fields[0],
            fields[1] == 0 ? null : table[(int)fields[1]],
            fields[2],
            fields[3],
            (int)Math.Max(0, fields[4] - 1),
            Array.ConvertAll(excluded, place => table[(int)place]),
            fields[(FixedFields + excluded.Length)..]);
    }
}
