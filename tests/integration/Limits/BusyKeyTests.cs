using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>A key whose calls come so fast that the gateway has them counted ahead.</summary>
[Collection(FleetCollection.Name)]
public sealed class BusyKeyTests(FleetFixture fixture) : IAsyncLifetime
{
    private const int Limit = 2_000;
    private const int Callers = 64;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    /// <summary>What is counted exactly here is what is checked: on a busy machine a check may take longer than a gateway should wait.</summary>
    public async ValueTask InitializeAsync()
    {
        await SetTimeoutAsync(5000);
        await Task.Delay(1000, _cancel);
    }

    public async ValueTask DisposeAsync() => await SetTimeoutAsync(null);

    [Fact]
    public async Task Rule_UnderManyCallersAtOnce_LetsExactlyItsLimitThrough()
    {
        var (client, path) = await KeyAsync("busy");
        using var _ = client;
        await SetRuleAsync(path, Limit);
        var passed = await UntilInForceAsync(client);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            // Until it is refused for good: for a moment, what a gateway had counted ahead and not used is not there for others.
            for (var refusedInARow = 0; refusedInARow < 5;)
            {
                using var answer = await CallAsync(client);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    Interlocked.Increment(ref passed);
                    refusedInARow = 0;
                    continue;
                }

                answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
                refusedInARow++;
                await Task.Delay(200, _cancel);
            }
        }));
        passed.ShouldBe(Limit);
        (await UsedAsync(path)).ShouldBe(Limit);
    }

    [Fact]
    public async Task Calls_ThatWereCountedAheadAndNeverCame_AreNotInTheUsage()
    {
        var (client, path) = await KeyAsync("bursts");
        using var _ = client;
        await SetRuleAsync(path, 1_000_000);
        const int calls = 300;
        await Parallel.ForAsync(await UntilInForceAsync(client), calls, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            using var answer = await CallAsync(client);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        });
        var watch = Stopwatch.StartNew();
        while (await UsedAsync(path) != calls && watch.Elapsed < TimeSpan.FromSeconds(10)) await Task.Delay(100, _cancel);
        (await UsedAsync(path)).ShouldBe(calls);
    }

    [Fact]
    public async Task Rule_ThatIsTightenedUnderLoad_IsObeyedSoon()
    {
        var (client, path) = await KeyAsync("tightened");
        using var _ = client;
        await SetRuleAsync(path, 1_000_000);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        var lastAllowed = 0L;
        var load = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                using var answer = await CallAsync(client);
                if (answer.StatusCode == HttpStatusCode.OK) Volatile.Write(ref lastAllowed, Stopwatch.GetTimestamp());
            }
        }));
        await Task.Delay(1500, _cancel);
        await SetRuleAsync(path, 1);
        var tightened = Stopwatch.GetTimestamp();
        await Task.Delay(5000, _cancel);
        await over.CancelAsync();
        await load;
        Stopwatch.GetElapsedTime(tightened, Volatile.Read(ref lastAllowed)).ShouldBeLessThan(TimeSpan.FromSeconds(3));
    }

    private async Task SetTimeoutAsync(int? milliseconds)
    {
        using var answer = await fixture.Admin.Console.PatchAsJsonAsync(
            "/api/admin/settings", new { settings = new Dictionary<string, int?> { ["limits.timeout_ms"] = milliseconds } }, CancellationToken.None);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<(HttpClient Client, string Path)> KeyAsync(string name)
    {
        var key = await fixture.Admin.PostAsync("/api/keys", new { name, surfaces = new[] { "ai_gateway" } }, _cancel);
        var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.GetProperty("key").GetString());
        return (client, $"/api/admin/limits/api_key/{key.GetProperty("id").GetString()}");
    }

    private async Task SetRuleAsync(string path, long limit) =>
        await fixture.Admin.PostAsync($"{path}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 3600, max_count = limit }, _cancel);

    /// <summary>A rule is in force within a second; what comes before that is not counted. So slowly that nothing is counted ahead. The one call that was counted.</summary>
    private async Task<int> UntilInForceAsync(HttpClient client)
    {
        while (true)
        {
            using var answer = await CallAsync(client);
            if (answer.Headers.TryGetValues("x-ratelimit-limit-requests", out _)) return 1;
            await Task.Delay(150, _cancel);
        }
    }

    private async Task<long> UsedAsync(string path) => long.Parse(
        (await fixture.Admin.GetAsync($"{path}/usage", _cancel)).GetProperty("items").EnumerateArray().Single().GetProperty("current").ToString(),
        System.Globalization.CultureInfo.InvariantCulture);

    private Task<HttpResponseMessage> CallAsync(HttpClient client) =>
        client.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-chat", messages = new[] { new { role = "user", content = "hello" } } }, _cancel);
}
