using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Postgres;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Identity.Setup;

/// <summary>
/// What a newcomer should see before set-up: the stores that identity knows itself, and what each other service says about itself and its
/// stores at /health/ready. All at once, two seconds at most.
/// </summary>
internal sealed class SetupChecks(NpgsqlDataSource database, PostgresReady ready, RedisConnection redis, FleetAddresses fleet, IHttpClientFactory clients)
{
    public const string HttpClientName = "peer-health";

    private const string Simulator = "provider-simulator";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public bool SimulatorAvailable => fleet.First(Simulator, "http") is not null;

    public async Task<IReadOnlyList<DependencyCheck>> RunAsync(CancellationToken cancellationToken)
    {
        var peers = fleet.Services.Where(s => s is not ("identity" or Simulator))
            .SelectMany(s => fleet.All(s, "http").Select((address, n) => (Name: n == 0 ? s : $"{s}-{n + 1}", Address: address)));
        var own = Task.WhenAll(TimedAsync("postgres", PostgresAsync), TimedAsync("redis", RedisAsync));
        var others = await Task.WhenAll(peers.Select(p => PeerAsync(p.Name, p.Address, cancellationToken)));
        // Several services know ClickHouse; one that misses it counts more than one that has it.
        var clickhouse = others.Select(o => o.ClickHouse).OfType<DependencyCheck>().OrderBy(c => c.Status == "ok").Take(1);
        return [.. await own, .. clickhouse, .. others.Select(o => o.Service)];
    }

    private async Task<string?> PostgresAsync()
    {
        if (!ready.IsReady)
            return "The schema is not ready yet.";
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync();
        return null;
    }

    private async Task<string?> RedisAsync()
    {
        await redis.RunAsync(static d => d.PingAsync());
        return null;
    }

    private async Task<(DependencyCheck Service, DependencyCheck? ClickHouse)> PeerAsync(string name, Uri address, CancellationToken cancellationToken)
    {
        DependencyCheck? clickhouse = null;
        var service = await TimedAsync(name, async () =>
        {
            using var client = clients.CreateClient(HttpClientName);
            using var reply = await client.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
            using var body = await JsonDocument.ParseAsync(await reply.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            var waiting = new List<string>();
            foreach (var member in body.RootElement.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.String && m.Name != "status"))
            {
                var text = member.Value.GetString();
                if (member.Name == "clickhouse")
                    clickhouse = new DependencyCheck("clickhouse", text == "ok" ? "ok" : "failed", text == "ok" ? null : text, 0);
                if (text != "ok")
                    waiting.Add($"{member.Name}: {text}");
            }

            return waiting.Count == 0 ? null : string.Join("; ", waiting);
        });
        return (service, clickhouse);
    }

    private static async Task<DependencyCheck> TimedAsync(string name, Func<Task<string?>> check)
    {
        var started = Stopwatch.GetTimestamp();
        string? fault;
        try
        {
            fault = await check().WaitAsync(Deadline);
        }
        catch (Exception)
        {
            // Any failure means the same to who reads it; what it was stays out of an answer that anybody can ask for.
            fault = "Does not answer.";
        }

        return new DependencyCheck(name, fault is null ? "ok" : "failed", fault, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
}
