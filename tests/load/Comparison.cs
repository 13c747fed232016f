using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ThinkWatch.Fleet;

namespace ThinkWatch.Load;

/// <summary>
/// Drives, in one run and with the same calls: the bare simulator, bare YARP before it, the gateway directly, and the gateway through edge, with
/// every control on. Ratios between them mean something on any machine; the absolute figures only on this one.
/// </summary>
internal static class Comparison
{
    private const string Model = "sim-chat";

    private static readonly string[] FleetProcesses =
        ["edge", "ai-gateway", "limits", "redis", "identity", "admin-api", "audit-ingest", "clickhouse", "body-offload", "mcp-gateway", "postgres"];

    public static async Task RunAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        await using var fleet = await FleetProcess.StartAsync(cancellationToken: cancellationToken);
        using var admin = await Administrator.SetUpAsync(fleet, cancellationToken);
        await admin.AddSimulatedModelAsync(Model, cancellationToken);
        await SetRulesAsync(admin, cancellationToken);
        var simulator = fleet.AddressOf("provider-simulator", "http");
        using var yarp = StartBareYarp(simulator, out var yarpAddress);
        try
        {
            Console.WriteLine($"{options.Connections} connections, {options.Seconds} s a target, {options.BodyBytes} B a request, {Environment.ProcessorCount} cores; wrk runs on the same machine");
            Console.WriteLine($"{"",-18}{"req/s",9}{"p50 ms",9}{"p99 ms",9}{"failed",8}");
            var none = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
            var simulatorOnly = new Dictionary<string, IReadOnlyList<int>>(none, StringComparer.Ordinal) { ["simulator"] = fleet.ProcessesOf("provider-simulator") };
            var withYarp = new Dictionary<string, IReadOnlyList<int>>(simulatorOnly, StringComparer.Ordinal) { ["bare yarp"] = [yarp.Id] };
            var whole = FleetProcesses.Where(p => fleet.ProcessesOf(p).Count > 0).ToDictionary(static p => p, fleet.ProcessesOf, StringComparer.Ordinal);
            if (options.Targets.Contains("simulator"))
                await DriveAsync("simulator", simulator, null, simulatorOnly, options, cancellationToken);
            if (options.Targets.Contains("yarp"))
                await DriveAsync("bare yarp", yarpAddress, null, withYarp, options, cancellationToken);
            if (options.Targets.Contains("gateway"))
                await DriveAsync("ai-gateway", fleet.AddressOf("ai-gateway", "http"), admin.ApiKey, whole, options, cancellationToken);
            if (options.Targets.Contains("edge"))
                await DriveAsync("through edge", fleet.Gateway, admin.ApiKey, whole, options, cancellationToken);
        }
        finally
        {
            yarp.Kill();
        }
    }

    /// <summary>Request rules on the user and on the key, wide enough never to refuse: the check is made, counted and passed.</summary>
    private static async Task SetRulesAsync(Administrator admin, CancellationToken cancellationToken)
    {
        var me = await admin.GetAsync("/api/auth/me", cancellationToken);
        var keys = await admin.GetAsync("/api/keys", cancellationToken);
        var user = me.GetProperty("id").GetString();
        var lineage = keys.GetProperty("items")[0].GetProperty("lineage_id").GetString();
        foreach (var subject in (string[])[$"user/{user}", $"api_key/{lineage}"])
        {
            foreach (var window in (int[])[60, 3600])
            {
                await admin.PostAsync(
                    $"/api/admin/limits/{subject}/rules",
                    new { surface = "ai_gateway", metric = "requests", window_secs = window, max_count = 1_000_000_000 },
                    cancellationToken);
            }
        }
    }

    private static async Task DriveAsync(
        string name, Uri address, string? key, Dictionary<string, IReadOnlyList<int>> processes, LoadOptions options, CancellationToken cancellationToken)
    {
        var url = new Uri(address, "/v1/chat/completions");
        await Wrk.RunAsync(url, key, Model, options, options.WarmUpSeconds, cancellationToken);
        var before = processes.ToDictionary(static p => p.Key, static p => ProcessMeter.CpuSeconds(p.Value), StringComparer.Ordinal);
        var result = await Wrk.RunAsync(url, key, Model, options, options.Seconds, cancellationToken);

        // Rows are written a moment after the answers: their cost belongs to this run.
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        Console.WriteLine($"{name,-18}{result.RequestsPerSecond,9:0}{result.P50Ms,9:0.00}{result.P99Ms,9:0.00}{result.Failures,8}");
        var total = 0.0;
        foreach (var (process, ids) in processes)
        {
            var micros = (ProcessMeter.CpuSeconds(ids) - before[process]) * 1e6 / Math.Max(1, result.Requests);
            total += micros;
            Console.WriteLine($"  {process,-16}{micros,9:0.0} µs CPU a call{ProcessMeter.ResidentMb(ids),9:0} MB");
        }

        Console.WriteLine($"  {"sum",-16}{total,9:0.0} µs CPU a call");
    }

    private static Process StartBareYarp(Uri simulator, out Uri address)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        address = new Uri($"http://127.0.0.1:{port}");
        var yarp = Process.Start(new ProcessStartInfo("dotnet", [typeof(Comparison).Assembly.Location, "bare-yarp", $"{port}", simulator.ToString()]) { RedirectStandardOutput = true })!;
        for (var i = 0; i < 100; i++)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", port);
                return yarp;
            }
            catch (SocketException)
            {
                Thread.Sleep(100);
            }
        }

        throw new TimeoutException("YARP did not start.");
    }
}
