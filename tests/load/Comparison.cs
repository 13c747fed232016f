using ThinkWatch.Fleet;

namespace ThinkWatch.Load;

/// <summary>
/// Drives, in one run and with the same calls, the bare simulator, bare YARP before it, the gateway directly and through edge with every control
/// on, and another gateway; then what one caller alone, streams and conversion cost. Ratios mean something on any machine; absolute figures only on
/// this one.
/// </summary>
internal static class Comparison
{
    public static async Task RunAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        await using var fleet = await FleetProcess.StartAsync(cancellationToken: cancellationToken);
        using var admin = await Administrator.SetUpAsync(fleet, cancellationToken);
        foreach (var model in (string[])[Calls.Model, Calls.Drip])
            await admin.AddSimulatedModelAsync(model, cancellationToken);
        await admin.AddSimulatedProviderAsync("anthropic", Calls.NativeModel, cancellationToken);
        await SetRulesAsync(admin, cancellationToken);
        var ground = new Ground(fleet, admin);
        var simulator = fleet.AddressOf("provider-simulator", "http");
        using var yarp = options.Wants("yarp") ? await Peer.StartYarpAsync(simulator, cancellationToken) : null;
        using var portkey = options.Wants("portkey") ? await Peer.StartPortkeyAsync(simulator, cancellationToken) : null;
        Target?[] targets =
        [
            new Target("simulator", simulator, null, ground.Simulator),
            yarp is null ? null : new Target("yarp", yarp.Address, null, yarp.And(ground.Simulator)),
            new Target("gateway", fleet.AddressOf("ai-gateway", "http"), admin.ApiKey, ground.Fleet),
            new Target("edge", fleet.Gateway, admin.ApiKey, ground.Fleet),
            portkey is null ? null : new Target("portkey", portkey.Address, null, portkey.And(ground.Simulator)) { Headers = portkey.Headers },
        ];
        var wanted = targets.OfType<Target>().Where(t => options.Wants(t.Name)).ToList();
        await Throughput.RunAsync(wanted, options, cancellationToken);
        if (options.Wants("alone"))
            await Alone.RunAsync(wanted, options, cancellationToken);
        if (options.Wants("converted"))
            await Converted.RunAsync(ground, options, cancellationToken);
        if (options.Wants("streams"))
            await Streams.RunAsync(ground, [.. wanted.Where(static t => t.Name != "portkey")], options, cancellationToken);
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
}
