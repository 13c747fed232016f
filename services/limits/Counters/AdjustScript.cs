using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>A change of what a call counts at a meter.</summary>
/// <param name="At">When what changes was counted, in Unix ms; 0 = now.</param>
/// <param name="Back">How much is taken back.</param>
/// <param name="Needed">What must fit for it; 0 = nothing is checked.</param>
internal readonly record struct Change(Meter Meter, long At, long Back, long Needed, long Added);

internal enum AdjustStatus
{
    Done,

    /// <summary>Somebody else changed the call's record meanwhile.</summary>
    Overtaken,
    Refused,
}

/// <summary>What came of it: the meter that refuses, its sum and the ms to wait; or every changed meter's sums before and after.</summary>
internal sealed record AdjustVerdict(AdjustStatus Status, Meter? Refusing, long Current, long RetryMs, long[] Sums);

/// <summary>Runs the script that changes what one call counts: a move, a settlement, a release. Thread-safe.</summary>
internal sealed class AdjustScript(IConnectionMultiplexer redis, BudgetClock clock, CounterEpochs epochs, Func<long>? scriptClock = null)
{
    private readonly MeterScript _script = new(redis, "adjust", epochs, scriptClock);

    /// <param name="expected">What the call's record says; null = there is none.</param>
    /// <param name="said">What it shall say, for <paramref name="keep"/>.</param>
    /// <param name="leaseUntil">Unix ms; null = no lease any more.</param>
    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<AdjustVerdict> RunAsync(
        Guid orgId, string recordKey, string? expected, string said, TimeSpan keep, long? leaseUntil, IReadOnlyList<Change> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var table = new MeterTable(clock, epochs, orgId);
        // A meter that is given back and taken again has its limit only where it is taken: what is only known from a record has none.
        foreach (var change in changes)
        {
            if (change.Needed > 0) table.PlaceOf(change.Meter);
        }

        foreach (var change in changes) table.PlaceOf(change.Meter);
        var arguments = new List<RedisValue>(4 + (6 * changes.Count)) { expected ?? "", said, (long)keep.TotalMilliseconds, leaseUntil ?? 0 };
        foreach (var change in changes)
        {
            arguments.Add(table.PlaceOf(change.Meter));
            arguments.Add(change.At);
            arguments.Add(change.At == 0 || change.Meter.Period is not { } period ? 0 : clock.StartOf(period, change.At));
            arguments.Add(change.Back);
            arguments.Add(change.Needed);
            arguments.Add(change.Added);
        }

        var keys = table.Keys([CallRecord.LeasesOf(orgId), recordKey]);
        var answer = (long[])(await _script.RunAsync(orgId, keys, table.Arguments(arguments), deadline, cancellationToken))!;
        return answer[0] switch
        {
            -1 => new AdjustVerdict(AdjustStatus.Overtaken, null, 0, 0, []),
            -2 => new AdjustVerdict(AdjustStatus.Refused, table[(int)answer[1]], answer[2], answer[3], []),
            _ => new AdjustVerdict(AdjustStatus.Done, null, 0, 0, answer[1..]),
        };
    }
}
