using System.Collections.Concurrent;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>Remembers for a while who was answered where, so that a conversation meets the provider's prompt cache again. Bounded. Thread-safe.</summary>
internal sealed class RouteAffinity(ISettings settings, TimeProvider time)
{
    public const string None = "none";
    public const string Provider = "provider";
    public const string Route = "route";
    private const int MaxRemembered = 100_000;

    private readonly ConcurrentDictionary<(string User, string Model), Place> _places = new();

    /// <summary>Brings what is remembered to the front; the rest keeps its order.</summary>
    public void Prefer(string mode, string userId, string model, List<RouteCandidate> order)
    {
        if (!_places.TryGetValue((userId, model), out var place) || time.GetUtcNow() > place.Until)
            return;
        var at = mode == Route ? order.FindIndex(route => route.RouteId == place.RouteId && route.Upstream.Id == place.ProviderId)
            : order.FindIndex(route => route.Upstream.Id == place.ProviderId);
        if (at <= 0)
            return;
        var preferred = order[at];
        order.RemoveAt(at);
        order.Insert(0, preferred);
    }

    public void Remember(string userId, string model, RouteCandidate answered)
    {
        if (_places.Count >= MaxRemembered)
            _places.Clear(); // whom this concerns is dealt a place anew, the same one as long as the shares are
        _places[(userId, model)] = new Place(
            answered.Upstream.Id, answered.RouteId, time.GetUtcNow() + TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Gateway.DefaultAffinityTtlSecs)));
    }

    private readonly record struct Place(string ProviderId, string RouteId, DateTimeOffset Until);
}
