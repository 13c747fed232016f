using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>The semantics of limits, as plainly as they can be said: nothing is ever forgotten, every sum is counted anew.</summary>
internal sealed class PlainModel(TimeZoneInfo zone)
{
    private readonly Dictionary<string, List<(long At, long[] Amount)>> _counted = [];

    /// <summary>The candidate taken; null when the call is refused.</summary>
    public (int Candidate, ModelCall Call)? Check(long now, IReadOnlyList<Share> common, IReadOnlyList<IReadOnlyList<Share>> candidates)
    {
        if (!common.All(Fits)) return null;
        var taken = 0;
        if (candidates.Count > 0)
        {
            taken = candidates.ToList().FindIndex(shares => shares.All(Fits));
            if (taken < 0) return null;
        }

        var call = new ModelCall([.. common.Select(Take)], candidates.Count > 0 ? [.. candidates[taken].Select(Take)] : []);
        return (taken, call);

        bool Fits(Share share) => Sum(share.Meter, now) + share.Needed <= share.Meter.Limit;

        (Share Share, long[] Amount) Take(Share share) => (share, Add(share, now));
    }

    public bool Move(ModelCall call, long now, IReadOnlyList<Share> wanted)
    {
        var given = call.Candidate.Select(static part => part.Amount[0]).ToArray();
        foreach (var part in call.Candidate) part.Amount[0] = 0;
        if (wanted.Any(share => Sum(share.Meter, now) + share.Needed > share.Meter.Limit))
        {
            for (var i = 0; i < given.Length; i++) call.Candidate[i].Amount[0] = given[i];
            return false;
        }

        call.Candidate.Clear();
        call.Candidate.AddRange(wanted.Select(share => (share, Add(share, now))));
        return true;
    }

    public static void Settle(ModelCall call, Usage actual)
    {
        foreach (var (share, amount) in call.Common.Concat(call.Candidate))
        {
            if (share.Meter.Metric != Metric.Requests) amount[0] = share.Meter.Metric == Metric.Tokens ? actual.WeightedTokens : actual.UsdMicros;
        }
    }

    public long Sum(Meter meter, long now) => _counted.GetValueOrDefault(meter.Counter, []).Where(entry => IsIn(meter, entry.At, now)).Sum(static entry => entry.Amount[0]);

    private bool IsIn(Meter meter, long at, long now) => meter.Period is { } period
        ? Calendar.Start(period, zone, DateTimeOffset.FromUnixTimeMilliseconds(at)) == Calendar.Start(period, zone, DateTimeOffset.FromUnixTimeMilliseconds(now))
        : at / meter.Width > (now / meter.Width) - 60;

    private long[] Add(Share share, long now)
    {
        if (!_counted.TryGetValue(share.Meter.Counter, out var entries)) _counted[share.Meter.Counter] = entries = [];
        long[] amount = [share.Counted];
        entries.Add((now, amount));
        return amount;
    }
}

internal sealed record ModelCall(List<(Share Share, long[] Amount)> Common, List<(Share Share, long[] Amount)> Candidate);
