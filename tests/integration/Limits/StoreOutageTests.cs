using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>The counters' store frozen, and killed, while calls come: they pass, as declared, and what they used is counted when it is back.</summary>
[Collection(FleetCollection.Name)]
public sealed class StoreOutageTests(FleetFixture fixture)
{
    private const int Callers = 6;
    private const int SigStop = 19;
    private const int SigCont = 18;

    /// <summary>A check waits 50 ms; the rest is a busy machine.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(8);

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redis_FrozenThenKilledUnderLoad_NoCallHangsAndNoUsageIsLost()
    {
        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "through-an-outage", surfaces = new[] { "ai_gateway" } }, _cancel);
        var path = $"/api/admin/limits/api_key/{key.GetProperty("id").GetString()}";
        await fixture.Admin.PostAsync($"{path}/budgets", new { period = "monthly", unit = "tokens", limit = 1_000_000_000 }, _cancel);
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key.GetProperty("key").GetString());
        await InForceAsync(key.GetProperty("id").GetString());
        var used = 0L;

        var load = LoadAsync(client, TimeSpan.FromSeconds(4));
        await Task.Delay(TimeSpan.FromSeconds(1), _cancel);
        SignalRedis(SigStop);
        await Task.Delay(TimeSpan.FromSeconds(2), _cancel);
        SignalRedis(SigCont);
        used += await load;

        await ShouldBecomeAsync(path, used);

        // Killed while nothing is on its way: that it is told again what it had not written down yet is shown by CheckpointTests.
        await Task.Delay(TimeSpan.FromSeconds(1), _cancel);
        fixture.Fleet.Kill("redis");
        used += await LoadAsync(client, TimeSpan.FromSeconds(2));
        await ShouldBecomeAsync(path, used);
    }

    /// <summary>Waits until the replica has the budget; no call is made before, so that every call counts.</summary>
    private async Task InForceAsync(string? keyId)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            using var answer = await fixture.Admin.Console.PostAsJsonAsync("/api/admin/limits/simulate", new { key_id = keyId }, _cancel);
            if ((await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("items").GetArrayLength() > 0) return;
            await Task.Delay(50, _cancel);
        }

        throw new TimeoutException("The budget never came into force.");
    }

    private async Task<long> LoadAsync(HttpClient client, TimeSpan duration)
    {
        var began = Stopwatch.GetTimestamp();
        var used = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            var mine = 0L;
            while (Stopwatch.GetElapsedTime(began) < duration) mine += await CallAsync(client);
            return mine;
        }));
        return used.Sum();
    }

    private async Task<long> CallAsync(HttpClient client)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-chat", messages = new[] { new { role = "user", content = "x" } } }, _cancel);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(LongestCall);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, body.ToString());
        return body.GetProperty("usage").GetProperty("total_tokens").GetInt64();
    }

    private async Task ShouldBecomeAsync(string path, long used)
    {
        long? seen = null;
        for (var attempt = 0; attempt < 300; attempt++)
        {
            seen = await UsedAsync(path);
            if (seen == used) return;
            await Task.Delay(200, _cancel);
        }

        seen.ShouldBe(used);
    }

    /// <summary>Null while the counters cannot be read.</summary>
    private async Task<long?> UsedAsync(string path)
    {
        using var answer = await fixture.Admin.Console.GetAsync($"{path}/usage", _cancel);
        if (!answer.IsSuccessStatusCode) return null;
        var item = (await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel)).GetProperty("items").EnumerateArray().Single();
        return (long)decimal.Parse(item.GetProperty("current").GetString()!, CultureInfo.InvariantCulture);
    }

    private void SignalRedis(int signal)
    {
        foreach (var process in fixture.Fleet.ProcessesOf("redis")) FleetProcess.Signal(process, signal).ShouldBe(0);
    }
}
