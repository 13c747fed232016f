using System.Runtime.InteropServices;
using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>The meters of one run of a script, each once, and the beginning of its arguments. One organisation's. Not thread-safe.</summary>
internal sealed class MeterTable(BudgetClock clock, CounterEpochs epochs, Guid orgId)
{
    private const int Fixed = 3;

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<RedisKey> _keys = [];
    private readonly List<RedisValue> _meters = [];
    private readonly List<Meter> _known = [];
    private bool _hasBudgets;

    public int Count => _keys.Count;

    public Meter this[int place] => _known[place - 1];

    /// <summary>The meter's place among the keys, from 1.</summary>
    public int PlaceOf(Meter meter)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, meter.Counter, out var isKnown);
        if (isKnown) return place;
        _keys.Add(meter.Key);
        _known.Add(meter);
        _meters.Add(meter.Width);
        _meters.Add(meter.Limit);
        _hasBudgets |= meter.IsBudget;
        place = _keys.Count;
        return place;
    }

    public RedisKey[] Keys(IReadOnlyCollection<RedisKey> more) => [.. _keys, .. more, CounterEpochs.KnownKey(orgId), CounterEpochs.EpochKey(orgId)];

    public RedisValue[] Arguments(List<RedisValue> more)
    {
        var periods = _hasBudgets ? clock.Starts() : [];
        var arguments = new RedisValue[Fixed + periods.Length + _meters.Count + more.Count];
        arguments[0] = _keys.Count;
        arguments[1] = periods.Length;
        arguments[2] = epochs.Of(orgId);
        periods.CopyTo(arguments, Fixed);
        _meters.CopyTo(arguments, Fixed + periods.Length);
        more.CopyTo(arguments, Fixed + periods.Length + _meters.Count);
        return arguments;
    }
}
