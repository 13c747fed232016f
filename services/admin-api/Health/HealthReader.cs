using System.Diagnostics;
using Npgsql;
using ThinkWatch.ClickHouse;
using ThinkWatch.Settings;

namespace ThinkWatch.AdminApi.Health;

/// <summary>Puts the fleet's health together: own stores are asked directly, the others' through the services that use them.</summary>
internal sealed class HealthReader(ServiceProbe probe, NpgsqlDataSource database, IClickHouse clickHouse, ISettings settings, IConfiguration configuration)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    public async Task<FleetHealth> ReadAsync(CancellationToken cancellationToken)
    {
        var postgres = TimedAsync(PostgresVersionAsync, cancellationToken);
        var logStore = TimedAsync(PingClickHouseAsync, cancellationToken);
        var answers = await probe.AskAsync(cancellationToken);
        var stores = new Dictionary<string, StoreHealth>
        {
            ["postgres"] = await postgres,
            ["redis"] = Reported(answers, "redis") ?? new StoreHealth("down", null, null, "no service that uses it answers"),
            ["clickhouse"] = await logStore,
            ["object_storage"] = Reported(answers, "object_storage") ?? FromService(answers, "body-offload"),
            ["kafka"] = configuration.GetConnectionString("kafka") is null ? new StoreHealth("not_configured", null, null, "audit travels over gRPC") : Reported(answers, "kafka") ?? new StoreHealth("down", null, null, null),
        };
        var services = answers.ToDictionary(static answer => answer.Service, static answer => answer.Health);
        return new FleetHealth(Overall(services, stores), services, stores, Controls(services, stores));
    }

    private static string Overall(Dictionary<string, ServiceHealth> services, Dictionary<string, StoreHealth> stores)
    {
        if (services.Values.All(static s => s.Status == "ok") && stores.Values.All(static s => s.Status != "down"))
            return "ok";
        return services.GetValueOrDefault("ai-gateway")?.Status == "down" ? "down" : "degraded";
    }

    private List<ControlHealth> Controls(Dictionary<string, ServiceHealth> services, Dictionary<string, StoreHealth> stores)
    {
        var limits = Up(services, "limits") && stores["redis"].Status == "ok";
        return
        [
            // Known keys stay good for auth.stale_max_secs, unknown ones are refused.
            new ControlHealth("authentication", "closed", State(Up(services, "identity") && stores["postgres"].Status == "ok")),
            new ControlHealth("rate_limits", settings.Get(SettingsRegistry.Security.RateLimitFailClosed) ? "closed" : "open", State(limits)),
            new ControlHealth("audit", settings.Get(SettingsRegistry.Audit.WhenFull) == "block" ? "closed" : "open", State(Up(services, "audit-ingest") && stores["clickhouse"].Status == "ok")),
        ];
    }

    private static bool Up(Dictionary<string, ServiceHealth> services, string name) => services.GetValueOrDefault(name)?.Status is "ok" or null;

    private static string State(bool works) => works ? "in_force" : "not_evaluated";

    private static StoreHealth? Reported(IReadOnlyList<ServiceAnswer> answers, string store)
    {
        var said = answers.Select(answer => answer.Dependencies.GetValueOrDefault(store)).OfType<string>().ToList();
        if (said.Count == 0)
            return null;
        var fault = said.Find(static state => state != "ok");
        return new StoreHealth(fault is null ? "ok" : "down", null, null, fault);
    }

    private static StoreHealth FromService(IReadOnlyList<ServiceAnswer> answers, string service)
    {
        var health = answers.FirstOrDefault(answer => answer.Service == service)?.Health;
        return new StoreHealth(health?.Status == "ok" ? "ok" : "down", null, null, health is null ? $"{service} is not known here" : health.Detail);
    }

    private async Task<string?> PostgresVersionAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SHOW server_version");
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<string?> PingClickHouseAsync(CancellationToken cancellationToken)
    {
        await clickHouse.PingAsync(cancellationToken);
        return null;
    }

    private static async Task<StoreHealth> TimedAsync(Func<CancellationToken, Task<string?>> ask, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var version = await ask(patience.Token);
            return new StoreHealth("ok", Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1), version, null);
        }
        catch (Exception e) when (e is NpgsqlException or ClickHouseException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new StoreHealth("down", null, null, "does not answer");
        }
    }
}
