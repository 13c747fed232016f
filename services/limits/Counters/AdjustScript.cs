using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>A change of what a call counts at a meter.</summary>
/// <param name="At">When what changes was counted, in Unix ms; 0 = now.</param>
/// <param name="Back">How much is taken back.</param>
/// <param name="Needed">What must fit for it; 0 = nothing is checked.</param>
internal readonly record struct Change(Meter Meter, long At, long Back, long Needed, long Added);

/// <summary>What changes of one call: all of it or nothing.</summary>
/// <param name="Expected">What the call's record says; null = there is none.</param>
/// <param name="Said">What it shall say, for <paramref name="Keep"/>.</param>
/// <param name="LeaseUntil">Unix ms; null = no lease any more.</param>
internal sealed record Adjustment(string RecordKey, string? Expected, string Said, TimeSpan Keep, long? LeaseUntil, IReadOnlyList<Change> Changes);

internal enum AdjustStatus
{
    Done,

    /// <summary>Somebody else changed the call's record meanwhile.</summary>
    Overtaken,
    Refused,
}

/// <summary>What came of it: the meter that refuses, its sum and the ms to wait; or every changed meter's sums before and after.</summary>
internal sealed record AdjustVerdict(AdjustStatus Status, Meter? Refusing, long Current, long RetryMs, long[] Sums);

/// <summary>Runs the script that changes what calls count: a move, settlements, a release. Thread-safe.</summary>
internal sealed class AdjustScript(IConnectionMultiplexer redis, BudgetClock clock, CounterEpochs epochs, Func<long>? scriptClock = null)
{
    private readonly MeterScript _script = new(redis, "adjust", epochs, scriptClock);

    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<AdjustVerdict> RunAsync(Guid orgId, Adjustment adjustment, TimeSpan deadline, CancellationToken cancellationToken) =>
        (await RunAsync(orgId, [adjustment], deadline, cancellationToken))[0];

    /// <summary>Several calls' in one go, in their order; one verdict for each. One that can be refused comes alone.</summary>
    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<AdjustVerdict[]> RunAsync(Guid orgId, IReadOnlyList<Adjustment> adjustments, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var table = new MeterTable(clock, epochs, orgId);
        foreach (var adjustment in adjustments) Place(adjustment.Changes, table);
        var more = new List<RedisKey>(1 + adjustments.Count) { CallRecord.LeasesOf(orgId) };
        var arguments = new List<RedisValue>();
        foreach (var adjustment in adjustments)
        {
            more.Add(adjustment.RecordKey);
            Append(adjustment, table, arguments);
        }

        var answer = (RedisResult[])(await _script.RunAsync(orgId, table.Keys(more), table.Arguments(arguments), deadline, cancellationToken))!;
        return Array.ConvertAll(answer, result => Read((long[])result!, table));
    }

    /// <summary>A meter that is given back and taken again has its limit only where it is taken: what is only known from a record has none.</summary>
    private static void Place(IReadOnlyList<Change> changes, MeterTable table)
    {
        foreach (var change in changes)
        {
            if (change.Needed > 0) table.PlaceOf(change.Meter);
        }

        foreach (var change in changes) table.PlaceOf(change.Meter);
    }

    private void Append(Adjustment adjustment, MeterTable table, List<RedisValue> arguments)
    {
        arguments.Add(adjustment.Expected ?? "");
        arguments.Add(adjustment.Said);
        arguments.Add((long)adjustment.Keep.TotalMilliseconds);
        arguments.Add(adjustment.LeaseUntil ?? 0);
        arguments.Add(adjustment.Changes.Count);
        foreach (var change in adjustment.Changes)
        {
            arguments.Add(table.PlaceOf(change.Meter));
            arguments.Add(change.At);
            arguments.Add(change.At == 0 || change.Meter.Period is not { } period ? 0 : clock.StartOf(period, change.At));
            arguments.Add(change.Back);
            arguments.Add(change.Needed);
            arguments.Add(change.Added);
        }
    }

    private static AdjustVerdict Read(long[] fields, MeterTable table) => fields[0] switch
    {
        -1 => new AdjustVerdict(AdjustStatus.Overtaken, null, 0, 0, []),
        -2 => new AdjustVerdict(AdjustStatus.Refused, table[(int)fields[1]], fields[2], fields[3], []),
        _ => new AdjustVerdict(AdjustStatus.Done, null, 0, 0, fields[1..]),
    };
}
