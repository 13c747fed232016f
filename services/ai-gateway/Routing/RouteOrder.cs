namespace ThinkWatch.AiGateway.Routing;

/// <summary>
/// The order in which a model's routes are tried. Every route runs a race whose chances are its share: the order of arrival is that of drawing one after
/// another without putting back. Who draws the same numbers gets the same order, which is how a caller stays where it was. Pure computation.
/// </summary>
internal static class RouteOrder
{
    /// <summary>Sorts <paramref name="order"/>, which holds the routes that <paramref name="shares"/> belong to; those without a share come last, as configured.</summary>
    /// <param name="draw">A number in [0, 1) for a route.</param>
    public static void Draw(List<RouteCandidate> order, ReadOnlySpan<double> shares, Func<RouteCandidate, double> draw)
    {
        Span<double> arrivals = stackalloc double[Math.Min(order.Count, 64)];
        if (order.Count > arrivals.Length)
            arrivals = new double[order.Count];
        for (var i = 0; i < order.Count; i++)
            arrivals[i] = shares[i] > 0 ? -Math.Log(1 - draw(order[i])) / shares[i] : double.PositiveInfinity;

        // Few routes: insertion keeps equals in their order.
        for (var i = 1; i < order.Count; i++)
        {
            for (var j = i; j > 0 && arrivals[j] < arrivals[j - 1]; j--)
            {
                (arrivals[j], arrivals[j - 1]) = (arrivals[j - 1], arrivals[j]);
                (order[j], order[j - 1]) = (order[j - 1], order[j]);
            }
        }
    }
}
