using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ThinkWatch.AiGateway.Routing.Health;

/// <summary>The health of every route, by route id; a model that is routed by its prefix has one for each provider. Thread-safe.</summary>
internal sealed class RouteHealthBook
{
    private readonly ConcurrentDictionary<string, RouteHealth> _routes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _providers = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public RouteHealthBook(TimeProvider time, IMeterFactory meters)
    {
        _time = time;
        meters.Create("ThinkWatch.AiGateway").CreateObservableGauge("circuit_breaker_state", Measure);
    }

    public IEnumerable<RouteHealth> All => _routes.Values;

    public RouteHealth Of(string routeId, string providerId, string provider)
    {
        var key = routeId.Length > 0 ? routeId : providerId;
        _providers[key] = provider;
        return _routes.GetOrAdd(key, static (key, time) => new RouteHealth(key, time), _time);
    }

    /// <summary>Lets go of routes that are gone.</summary>
    public void Forget(IReadOnlySet<string> kept)
    {
        foreach (var (key, _) in _routes)
        {
            if (kept.Contains(key))
                continue;
            _routes.TryRemove(key, out _);
            _providers.TryRemove(key, out _);
        }
    }

    private IEnumerable<Measurement<int>> Measure()
    {
        foreach (var (key, health) in _routes)
            yield return new Measurement<int>((int)health.State, new("provider", _providers.GetValueOrDefault(key, "")), new("route", key));
    }
}
