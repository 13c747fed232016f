using ThinkWatch.AiGateway.Routing.Health;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>
/// How a model's calls are spread over its routes. Manual: by the weights that an administrator gave. Auto: by
/// score = S² / (L^k · P^c) with S = rate of success, L = time to the first byte, P = price; nobody gets less than 2 %, so that a route keeps being measured,
/// and what is not known of a route is taken to be as with its peers. Pure computation.
/// </summary>
internal static class RouteShares
{
    public const string Weighted = "weighted";
    public const string LatencyCost = "latency_cost";
    public const string Balanced = "balanced";
    public const string Latency = "latency";
    private const double Least = 0.02;

    /// <summary>What is known of one route. Null: not measured, not priced.</summary>
    internal readonly record struct Known(double SuccessRate, double? FirstTokenMs, double? Price);

    /// <summary>Fills <paramref name="shares"/>; they sum to 1, or are all 0 when no route has a weight.</summary>
    public static void Compute(string strategy, ReadOnlySpan<RouteCandidate> routes, in BreakerPolicy policy, Span<double> shares)
    {
        if (strategy == Weighted)
        {
            for (var i = 0; i < routes.Length; i++)
                shares[i] = routes[i].Weight;
            Normalize(shares);
            return;
        }

        var known = new Known[routes.Length];
        for (var i = 0; i < routes.Length; i++)
            known[i] = new Known(routes[i].Health.SuccessRate(policy), routes[i].Health.FirstTokenMs, (double?)routes[i].Prices?.Blended);
        Score(strategy, known, shares);
    }

    internal static void Score(string strategy, ReadOnlySpan<Known> routes, Span<double> shares)
    {
        var (k, c) = strategy switch
        {
            Balanced => (0.5, 0.5),
            Latency => (2.0, 0.0),
            _ => (1.0, 1.0),
        };
        var latency = Median(routes, static route => route.FirstTokenMs);
        var price = Median(routes, static route => route.Price);
        for (var i = 0; i < routes.Length; i++)
        {
            var l = Math.Max(1, routes[i].FirstTokenMs ?? latency);
            var p = Math.Max(0.0001, routes[i].Price ?? price);
            shares[i] = routes[i].SuccessRate * routes[i].SuccessRate / (Math.Pow(l, k) * Math.Pow(p, c));
        }

        Normalize(shares);
        for (var i = 0; i < shares.Length; i++)
            shares[i] = Math.Max(Least, shares[i]);
        Normalize(shares);
    }

    private static void Normalize(Span<double> shares)
    {
        var total = 0.0;
        foreach (var share in shares)
            total += share;
        if (total <= 0)
            return;
        for (var i = 0; i < shares.Length; i++)
            shares[i] /= total;
    }

    private static double Median(ReadOnlySpan<Known> routes, Func<Known, double?> of)
    {
        var values = new List<double>(routes.Length);
        foreach (var route in routes)
        {
            if (of(route) is { } value)
                values.Add(value);
        }

        if (values.Count == 0)
            return 1;
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
