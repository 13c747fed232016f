using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ThinkWatch.AiGateway.Routing.Health;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>Why the candidates stand in their order; kept in the row. <paramref name="Shares"/> are those of <paramref name="Routes"/>.</summary>
internal sealed record RoutingDecision(string Strategy, string Affinity, RouteCandidate[] Routes, double[] Shares)
{
    public static readonly RoutingDecision OnlyRoute = new(RouteShares.Weighted, RouteAffinity.None, [], []);
}

/// <summary>
/// Decides in which order a model's routes are tried: strategy of the model, else of the settings; with an affinity the caller's last route, or the last
/// provider, comes first while it is remembered, and until then the draw depends on the caller alone, so that replicas agree without asking each other.
/// </summary>
internal sealed class RouteChoice(RouteAffinity affinity, ISettings settings, Random random)
{
    /// <summary>Orders <paramref name="order"/>, which holds the routes that may be used.</summary>
    public RoutingDecision Decide(ModelEntry model, string userId, List<RouteCandidate> order)
    {
        if (order.Count <= 1)
            return RoutingDecision.OnlyRoute;
        var strategy = model.Strategy.Length > 0 ? model.Strategy : settings.Get(SettingsRegistry.Gateway.DefaultRoutingStrategy);
        var mode = model.AffinityMode.Length > 0 ? model.AffinityMode : settings.Get(SettingsRegistry.Gateway.DefaultAffinityMode);
        RouteCandidate[] routes = [.. order];
        var shares = new double[routes.Length];
        RouteShares.Compute(strategy, routes, BreakerPolicy.Of(settings), shares);
        RouteOrder.Draw(order, shares, mode switch
        {
            RouteAffinity.Route => route => Fixed(userId, model.ModelId, route.RouteId.Length > 0 ? route.RouteId : route.Upstream.Id),
            RouteAffinity.Provider => route => Fixed(userId, model.ModelId, route.Upstream.Id),
            _ => _ => random.NextDouble(),
        });
        if (mode != RouteAffinity.None)
            affinity.Prefer(mode, userId, model.ModelId, order);
        return new RoutingDecision(strategy, mode, routes, shares);
    }

    /// <summary>The same number in [0, 1) for the same texts, on every replica.</summary>
    private static double Fixed(string user, string model, string route)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{user}\n{model}\n{route}"), digest);
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(digest);
        return (hash >> 11) * (1.0 / (1UL << 53));
    }
}
