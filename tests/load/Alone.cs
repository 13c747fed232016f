namespace ThinkWatch.Load;

/// <summary>What a single caller waits longer because of a target: one connection, one call after the other, in turns so that all see the same minute.</summary>
internal static class Alone
{
    private const int Rounds = 3;

    public static async Task RunAsync(IReadOnlyList<Target> targets, LoadOptions options, CancellationToken cancellationToken)
    {
        var p50 = targets.ToDictionary(static t => t.Name, static _ => new List<double>(), StringComparer.Ordinal);
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var target in targets)
            {
                var result = await Wrk.RunAsync(target.Chat(options.BodyBytes), connections: 1, Math.Max(2, options.Seconds / 3), cancellationToken);
                // The first round is the warm-up.
                if (round > 0)
                    p50[target.Name].Add(result.P50Ms);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"one connection, median of {Rounds} rounds");
        var bare = p50.TryGetValue("simulator", out var simulator) ? Median(simulator) : 0;
        foreach (var target in targets)
            Console.WriteLine($"{target.Name,-18}{Median(p50[target.Name]),9:0.000} ms p50{Median(p50[target.Name]) - bare,9:0.000} ms more than the simulator alone");
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }
}
