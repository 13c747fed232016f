using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>
/// Promise 1: every call that an upstream saw has exactly one audit row, whichever process is killed. Every service and every store is
/// killed under light load, one after the other, in one fleet.
/// </summary>
[Collection(FleetCollection.Name)]
public sealed class KilledProcessTests(FleetFixture fixture, ITestOutputHelper output)
{
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan RowPatience = TimeSpan.FromSeconds(90);

    // While one of these is away the gateway goes on answering: what it needs of them it holds, or its declared answer is to let pass.
    private static readonly string[] Spared = ["identity", "limits", "admin-api", "audit-ingest", "body-offload", "mcp-gateway", "postgres", "redis", "clickhouse"];

    // These stand between client and upstream: calls break while they are away, and their rows say so.
    private static readonly string[] OnThePath = ["edge", "ai-gateway"];

    [Fact]
    public async Task EveryProcess_KilledUnderLoad_EveryUpstreamCallHasExactlyOneRow()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using (var load = new LightLoad(fixture.Admin))
        {
            load.Start();
            foreach (var victim in Spared.Concat(OnThePath))
            {
                await Task.Delay(700, cancel);
                var before = load.Ends.Count;
                await KillAndAwaitRestartAsync(victim, cancel);
                await Task.Delay(1500, cancel);
                var since = load.Ends.Skip(before).ToList();
                output.WriteLine($"{victim}: {since.Count} calls while it was away, {since.Count(static e => e.Status != 200)} not answered with 200");
                since.Count(static e => e.Status == 200).ShouldBeGreaterThan(0, $"nothing was answered after {victim} was killed");
                if (Spared.Contains(victim, StringComparer.Ordinal))
                {
                    since.Where(static e => e.Status != 200).Select(static e => $"{e.Status} {e.Body}").ShouldBeEmpty($"killing {victim} broke calls");
                }
            }
        }

        await AssertOneRowEachAsync(cancel);
    }

    private async Task KillAndAwaitRestartAsync(string victim, CancellationToken cancel)
    {
        var old = fixture.Fleet.ProcessesOf(victim);
        fixture.Fleet.Kill(victim);
        var giveUp = DateTime.UtcNow + RestartPatience;
        while (fixture.Fleet.ProcessesOf(victim) is var now && (now.Count == 0 || now.Intersect(old).Any()))
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"{victim} was not started again:\n{fixture.Fleet.Log()}");
            await Task.Delay(50, cancel);
        }

        while (!await AnswersAsync(cancel))
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue($"the gateway did not answer again after {victim} was killed:\n{fixture.Fleet.Log()}");
            await Task.Delay(50, cancel);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await fixture.Admin.Gateway.GetAsync("/v1/models", cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task AssertOneRowEachAsync(CancellationToken cancel)
    {
        var seen = (await SimulatorCallsAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        seen.Count.ShouldBeGreaterThan(100);
        var giveUp = DateTime.UtcNow + RowPatience;
        while (true)
        {
            var rows = await RowsAsync(cancel);
            var counts = rows.CountBy(static r => r.Id, StringComparer.Ordinal).ToDictionary(static c => c.Key, static c => c.Value, StringComparer.Ordinal);
            counts.Where(static c => c.Value != 1).Select(static c => c.Key).ShouldBeEmpty("rows that are there more than once");
            var missing = seen.Where(id => !counts.ContainsKey(id)).ToList();
            if (missing.Count == 0)
            {
                rows.Where(r => !seen.Contains(r.Id)).Select(static r => r.Outcome).ShouldBeSubsetOf(["interrupted", "error", "aborted", "timeout", "denied", "limited", "cached"]);
                output.WriteLine($"{seen.Count} upstream calls, {rows.Count} rows, {rows.Count(static r => r.Outcome == "interrupted")} interrupted");
                return;
            }

            (DateTime.UtcNow < giveUp).ShouldBeTrue($"{missing.Count} of {seen.Count} upstream calls have no row, e.g. {missing[0]}:\n{fixture.Fleet.Log()}");
            await Task.Delay(500, cancel);
        }
    }

    private async Task<IEnumerable<string>> SimulatorCallsAsync(CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = fixture.Fleet.AddressOf("provider-simulator", "http") };
        var calls = await client.GetFromJsonAsync<JsonElement>("/simulator/calls?since=0", cancel);
        return [.. calls.GetProperty("calls").EnumerateArray().Select(static c => c.GetProperty("request_id").GetString()!)];
    }

    private async Task<List<(string Id, string Outcome)>> RowsAsync(CancellationToken cancel)
    {
        var rows = new List<(string, string)>();
        string? cursor = null;
        do
        {
            var page = await fixture.Admin.GetAsync($"/api/gateway/logs?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", cancel);
            rows.AddRange(page.GetProperty("items").EnumerateArray().Select(static r => (r.GetProperty("id").GetString()!, r.GetProperty("outcome").GetString()!)));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return rows;
    }
}
