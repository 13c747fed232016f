namespace ThinkWatch.AiGateway.Routing;

/// <summary>The order in which a model's routes are tried: each place is drawn by weight among those left. Pure computation.</summary>
internal static class RouteOrder
{
    public const string OnlyRoute = "only route";
    public const string ByWeight = "drawn by weight";

    /// <summary>Fills <paramref name="order"/>; returns why it is this order.</summary>
    public static string Draw(ReadOnlySpan<RouteCandidate> routes, List<RouteCandidate> order, Random random)
    {
        order.Clear();
        order.AddRange(routes);
        for (var place = 0; place < order.Count - 1; place++)
        {
            var total = 0L;
            for (var i = place; i < order.Count; i++)
                total += order[i].Weight;
            if (total == 0)
                break; // only those that are kept for a failover are left: as configured
            var draw = random.NextInt64(total);
            var chosen = place;
            while ((draw -= order[chosen].Weight) >= 0)
                chosen++;
            (order[place], order[chosen]) = (order[chosen], order[place]);
        }

        return order.Count == 1 ? OnlyRoute : ByWeight;
    }
}
