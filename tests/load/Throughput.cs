namespace ThinkWatch.Load;

/// <summary>As many calls as go through, and what each costs every process.</summary>
internal static class Throughput
{
    public static async Task RunAsync(IReadOnlyList<Target> targets, LoadOptions options, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{options.Connections} connections, {options.Seconds} s a target, {options.BodyBytes} B a request, {Environment.ProcessorCount} cores; wrk runs on the same machine");
        Console.WriteLine($"{"",-18}{"req/s",9}{"p50 ms",9}{"p99 ms",9}{"failed",8}");
        foreach (var target in targets)
            await DriveAsync(target, options, cancellationToken);
    }

    private static async Task DriveAsync(Target target, LoadOptions options, CancellationToken cancellationToken)
    {
        var (result, costs) = await MeasureAsync(target.Chat(options.BodyBytes), target.Processes, options, cancellationToken);
        Console.WriteLine($"{target.Name,-18}{result.RequestsPerSecond,9:0}{result.P50Ms,9:0.00}{result.P99Ms,9:0.00}{result.Failures,8}");
        foreach (var (process, micros) in costs)
            Console.WriteLine($"  {process,-16}{micros,9:0.0} µs CPU a call{ProcessMeter.ResidentMb(target.Processes[process]),9:0} MB");
        Console.WriteLine($"  {"sum",-16}{costs.Values.Sum(),9:0.0} µs CPU a call");
    }

    /// <summary>Warms up, then counts: what the client saw, and microseconds of CPU a call by process.</summary>
    public static async Task<(WrkResult Result, IReadOnlyDictionary<string, double> Micros)> MeasureAsync(
        Call call, IReadOnlyDictionary<string, IReadOnlyList<int>> processes, LoadOptions options, CancellationToken cancellationToken)
    {
        await Wrk.RunAsync(call, options.Connections, options.WarmUpSeconds, cancellationToken);
        var before = processes.ToDictionary(static p => p.Key, static p => ProcessMeter.CpuSeconds(p.Value), StringComparer.Ordinal);
        var result = await Wrk.RunAsync(call, options.Connections, options.Seconds, cancellationToken);

        // Rows are written a moment after the answers: their cost belongs to this run.
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        var micros = processes.ToDictionary(
            static p => p.Key, p => (ProcessMeter.CpuSeconds(p.Value) - before[p.Key]) * 1e6 / Math.Max(1, result.Requests), StringComparer.Ordinal);
        return (result, micros);
    }
}
