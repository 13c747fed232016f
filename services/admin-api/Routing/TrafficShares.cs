namespace ThinkWatch.AdminApi.Routing;

/// <summary>
/// How the gateway spreads a model's calls when it chooses by itself: score = S² / (L^k · P^c) with S = rate of success, L = time to the first byte, P = price;
/// at least 2 % each before the shares are made to sum to 1; what is not known of a route is taken to be as with its peers. Pure computation.
/// </summary>
internal static class TrafficShares
{
    private const double Least = 0.02;

    /// <param name="SuccessRate">1 when there were no attempts.</param>
    internal readonly record struct Known(double SuccessRate, double? FirstTokenMs, double? Price);

    public static double[] Auto(string strategy, IReadOnlyList<Known> routes)
    {
        var (k, c) = strategy switch
        {
            "balanced" => (0.5, 0.5),
            "latency" => (2.0, 0.0),
            _ => (1.0, 1.0),
        };
        var latency = Median(routes.Select(static route => route.FirstTokenMs));
        var price = Median(routes.Select(static route => route.Price));
        var scores = routes.Select(route => route.SuccessRate * route.SuccessRate
            / (Math.Pow(Math.Max(1, route.FirstTokenMs ?? latency), k) * Math.Pow(Math.Max(0.0001, route.Price ?? price), c)));
        return Normal([.. Normal([.. scores]).Select(static share => Math.Max(Least, share))]);
    }

    public static double[] Manual(IEnumerable<int> weights) => Normal([.. weights.Select(static weight => (double)weight)]);

    private static double[] Normal(double[] parts)
    {
        var total = parts.Sum();
        return total <= 0 ? parts : [.. parts.Select(part => part / total)];
    }

    private static double Median(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>().Order()];
        if (known.Length == 0)
            return 1;
        var middle = known.Length / 2;
        return known.Length % 2 == 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
    }
}
