using StackExchange.Redis;

namespace ThinkWatch.Limits.Counters;

/// <summary>Runs the script that counts calls before they come. Thread-safe.</summary>
internal sealed class AllotScript(IConnectionMultiplexer redis, BudgetClock clock, CounterEpochs epochs, Func<long>? scriptClock = null)
{
    private readonly MeterScript _script = new(redis, "allot", epochs, scriptClock);

    /// <summary>How many are counted (0, or at least 2; negative: the record is there already), and every share's sum with them.</summary>
    /// <param name="part">Which part of what is left may be taken: 4 is a quarter.</param>
    /// <exception cref="TimeoutException">Redis did not answer in time. They may or may not have been counted.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<(int Calls, long[] Sums)> RunAsync(
        Guid orgId, string recordKey, IReadOnlyList<Share> shares, int wanted, int part, TimeSpan keep, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var table = new MeterTable(clock, epochs, orgId);
        foreach (var share in shares) table.PlaceOf(share.Meter);
        var arguments = new List<RedisValue>(4) { wanted, part, (long)keep.TotalMilliseconds, CallRecord.Text(shares, withRequests: true) };
        var answer = (long[])(await _script.RunAsync(orgId, table.Keys([recordKey]), table.Arguments(arguments), deadline, cancellationToken))!;
        return ((int)answer[0], answer[1..]);
    }
}
