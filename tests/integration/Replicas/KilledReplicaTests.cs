using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Replicas;

/// <summary>
/// With two of every service, a killed one costs the calls that it was at, and where it is not on their path not even those. The first of each is killed,
/// and when it is back the second: nothing would be answered then if the first had not taken its place again.
/// </summary>
[Collection(ReplicaCollection.Name)]
public sealed class KilledReplicaTests(ReplicaFleet replicas, ITestOutputHelper output)
{
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(60);
    private static readonly string[] Services = ["identity", "limits", "admin-api", "audit-ingest", "body-offload", "mcp-gateway", "ai-gateway"];
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EachReplica_KilledUnderLoad_CostsOnlyWhatItWasAtAndComesBack()
    {
        await using (var calls = new LightLoad(replicas.Admin))
        await using (var others = new OtherLoad(replicas))
        {
            calls.Start();
            others.Start();
            await Task.Delay(1000, _cancel);
            var wrong = new List<string>();
            foreach (var victim in Services.SelectMany(static service => new[] { service, $"{service}-2" }))
            {
                var (before, othersBefore) = (calls.Ends.Count, others.Ends.Count);
                await KillAndAwaitReturnAsync(victim);
                await Task.Delay(700, _cancel);
                var since = calls.Ends.Skip(before).Select(static end => (What: "call", end.Status, end.Body)).Concat(others.Ends.Skip(othersBefore)).ToList();
                var failed = since.Where(static end => end.Status != 200).ToList();
                output.WriteLine($"{victim}: {since.Count} calls, {failed.Count} failed {string.Join(", ", failed.Select(static f => $"{f.What} {f.Status} {f.Body}"))}");
                since.Count.ShouldBeGreaterThan(20, victim);
                var (what, atMost) = victim.Split('-')[0] switch { "ai" => ("call", LightLoad.Clients), "mcp" => ("mcp", 1), _ => ("", 0) };
                if (failed.Count > atMost || failed.Any(end => end.What != what)) wrong.Add($"killing {victim} broke {failed.Count} calls");
            }

            wrong.ShouldBeEmpty($"{Complaints()}");
        }

        await OneRowEach.ShouldHoldAsync(replicas.Fleet, replicas.Admin, output, _cancel);
        await ShouldListEveryReplicaAsync();
    }

    private string Complaints() => string.Join('\n', replicas.Fleet.WholeLog().Split('\n').Where(static line => line.Contains(" fail: ", StringComparison.Ordinal)
        || line.Contains(" warn: ", StringComparison.Ordinal)).TakeLast(60));

    private async Task KillAndAwaitReturnAsync(string victim)
    {
        var old = replicas.Fleet.ProcessesOf(victim).Single();
        replicas.Fleet.Kill(victim);
        var giveUp = DateTime.UtcNow + RestartPatience;
        while (!(replicas.Fleet.ProcessesOf(victim) is [var now] && now != old && await IsReadyAsync(victim)))
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"{victim} did not come back:\n{replicas.Fleet.Log()}");
            await Task.Delay(100, _cancel);
        }

        // As long as the others may take to find out: edge asks each second.
        await Task.Delay(1500, _cancel);
    }

    private async Task<bool> IsReadyAsync(string resource)
    {
        try
        {
            using var client = ReplicaFleet.Client(replicas.Fleet.AddressOf(resource, "http"), null);
            return await ReplicaFleet.StatusAsync(client.GetAsync("/health/ready", _cancel)) == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ShouldListEveryReplicaAsync()
    {
        using var ready = await replicas.Admin.Gateway.GetAsync("/health/ready", _cancel);
        var report = await ready.Content.ReadFromJsonAsync<JsonElement>(_cancel);
        var health = await replicas.Admin.GetAsync("/api/health", _cancel);
        foreach (var service in Services.Except(["body-offload"]))
            report.GetProperty("replicas").GetProperty(service).EnumerateArray().Select(static s => s.GetString()).ShouldBe(["ready", "ready"], service);
        foreach (var service in Services.Except(["admin-api"]))
        {
            var instances = health.GetProperty("services").GetProperty(service).GetProperty("instances").EnumerateArray().ToList();
            instances.Select(static i => i.GetProperty("address").GetString()).ShouldBe(replicas.Of(service).Select(static a => a.Authority), service);
            instances.ShouldAllBe(static i => i.GetProperty("status").GetString() == "ok");
        }
    }

    /// <summary>Reads of the management API at each of its services, and MCP pings; one client each, through edge.</summary>
    private sealed class OtherLoad(ReplicaFleet replicas) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string What, int Status, string Body)> _ends = new();
        private readonly CancellationTokenSource _stop = new();
        private Task _clients = Task.CompletedTask;

        public IReadOnlyCollection<(string What, int Status, string Body)> Ends => _ends;

        public void Start() => _clients = Task.WhenAll(
            RepeatAsync("identity", static r => r.Admin.Console.GetAsync("/api/keys")),
            RepeatAsync("admin-api", static r => r.Admin.Console.GetAsync("/api/admin/models")),
            RepeatAsync("limits", static r => r.Admin.Console.GetAsync($"/api/admin/limits/provider/{r.Admin.SimulatorId}/rules")),
            RepeatAsync("mcp", PingAsync));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _clients;
            _stop.Dispose();
        }

        private static Task<HttpResponseMessage> PingAsync(ReplicaFleet replicas)
        {
            var ping = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", Encoding.UTF8, "application/json") };
            ping.Headers.Accept.ParseAdd("application/json, text/event-stream");
            return replicas.Admin.Gateway.SendAsync(ping);
        }

        private async Task RepeatAsync(string what, Func<ReplicaFleet, Task<HttpResponseMessage>> call)
        {
            while (!_stop.IsCancellationRequested)
            {
                var began = Stopwatch.GetTimestamp();
                try
                {
                    using var answer = await call(replicas);
                    _ends.Enqueue((what, (int)answer.StatusCode, answer.IsSuccessStatusCode ? "" : $"after {Stopwatch.GetElapsedTime(began)}: {await answer.Content.ReadAsStringAsync()}"));
                }
                catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
                {
                    _ends.Enqueue((what, 0, $"after {Stopwatch.GetElapsedTime(began)}: {e.Message}"));
                }

                await Task.Delay(30);
            }
        }
    }
}
