using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>
/// Tells the script, which knows the time but no calendar, when periods begin around now: it decides by its own clock which of them runs.
/// Thread-safe: what was computed is swapped as a whole.
/// </summary>
internal sealed class BudgetClock(Func<TimeZoneInfo> zone, TimeProvider time)
{
    private volatile Known? _known;

    /// <summary>Of each period when the previous, the current, the next, and the one after begin, in Unix ms.</summary>
    public RedisValue[] Starts()
    {
        var now = time.GetUtcNow();
        var where = zone();
        if (_known is { } known && known.Zone.Id == where.Id && now >= known.From && now < known.Until) return known.Starts;
        var starts = new RedisValue[Calendar.Periods.Length * 4];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = Calendar.Start(Calendar.Periods[i / 4], where, now, (i % 4) - 1).ToUnixTimeMilliseconds();

        // Every longer period ends with a day.
        _known = new Known(where, Calendar.Start(Period.Daily, where, now), Calendar.Start(Period.Daily, where, now, 1), starts);
        return starts;
    }

    public long StartOf(Period period, long unixMs) => Calendar.Start(period, zone(), DateTimeOffset.FromUnixTimeMilliseconds(unixMs)).ToUnixTimeMilliseconds();

    public DateTimeOffset EndOf(Period period) => Calendar.Start(period, zone(), time.GetUtcNow(), 1);

    private sealed record Known(TimeZoneInfo Zone, DateTimeOffset From, DateTimeOffset Until, RedisValue[] Starts);
}
