using System.Collections.Concurrent;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Limits.Rules;

/// <summary>The caps that routes bring with every call: what is counted for them in any minute. Made once a route and cap. Thread-safe.</summary>
internal sealed class RouteCaps
{
    private const int WindowSecs = 60;
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<(Guid Org, string Route, Metric Metric, long Cap), Meter> _meters = new();

    public void Collect(Guid orgId, Candidate candidate, List<Meter> into)
    {
        if (candidate.RouteId.Length == 0) return;
        if (candidate.RpmCap > 0) into.Add(MeterOf(orgId, candidate.RouteId, Metric.Requests, candidate.RpmCap));
        if (candidate.TpmCap > 0) into.Add(MeterOf(orgId, candidate.RouteId, Metric.Tokens, candidate.TpmCap));
    }

    private Meter MeterOf(Guid orgId, string routeId, Metric metric, long cap)
    {
        if (_meters.Count >= MaxKnown) _meters.Clear();
        return _meters.GetOrAdd((orgId, routeId, metric, cap), static key => Create(key.Org, key.Route, key.Metric, key.Cap));
    }

    private static Meter Create(Guid orgId, string routeId, Metric metric, long cap)
    {
        var name = metric == Metric.Requests ? "requests" : "tokens";
        return new Meter(
            orgId, $"{Subjects.Route}:{routeId}:{Subjects.AiGateway}:{name}:{WindowSecs}", $"{Subjects.Route}:{name}/{Windows.Name(WindowSecs)}", metric, WindowSecs, null, cap, Strict: false);
    }
}
