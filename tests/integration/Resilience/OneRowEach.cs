using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Resilience;

/// <summary>Promise 1: every call that the simulator saw has exactly one row, and rows of calls that it did not see say why.</summary>
internal static class OneRowEach
{
    private static readonly TimeSpan RowPatience = TimeSpan.FromSeconds(90);

    public static async Task ShouldHoldAsync(FleetProcess fleet, Administrator admin, ITestOutputHelper output, CancellationToken cancel)
    {
        var seen = (await SimulatorCallsAsync(fleet, cancel)).ToHashSet(StringComparer.Ordinal);
        seen.Count.ShouldBeGreaterThan(100);
        var giveUp = DateTime.UtcNow + RowPatience;
        while (true)
        {
            var rows = await RowsAsync(admin, cancel);
            var counts = rows.CountBy(static r => r.Id, StringComparer.Ordinal).ToDictionary(static c => c.Key, static c => c.Value, StringComparer.Ordinal);
            counts.Where(static c => c.Value != 1).Select(static c => c.Key).ShouldBeEmpty("rows that are there more than once");
            var missing = seen.Where(id => !counts.ContainsKey(id)).ToList();
            if (missing.Count == 0)
            {
                rows.Where(r => !seen.Contains(r.Id)).Select(static r => r.Outcome).ShouldBeSubsetOf(["interrupted", "error", "aborted", "timeout", "denied", "limited", "cached"]);
                output.WriteLine($"{seen.Count} upstream calls, {rows.Count} rows, {rows.Count(static r => r.Outcome == "interrupted")} interrupted");
                return;
            }

            (DateTime.UtcNow < giveUp).ShouldBeTrue($"{missing.Count} of {seen.Count} upstream calls have no row, e.g. {missing[0]}:\n{fleet.Log()}");
            await Task.Delay(500, cancel);
        }
    }

    private static async Task<IEnumerable<string>> SimulatorCallsAsync(FleetProcess fleet, CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = fleet.AddressOf("provider-simulator", "http") };
        var calls = await client.GetFromJsonAsync<JsonElement>("/simulator/calls?since=0", cancel);
        return [.. calls.GetProperty("calls").EnumerateArray().Select(static c => c.GetProperty("request_id").GetString()!)];
    }

    private static async Task<List<(string Id, string Outcome)>> RowsAsync(Administrator admin, CancellationToken cancel)
    {
        var rows = new List<(string, string)>();
        string? cursor = null;
        do
        {
            var page = await admin.GetAsync($"/api/gateway/logs?limit=1000{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", cancel);
            rows.AddRange(page.GetProperty("items").EnumerateArray().Select(static r => (r.GetProperty("id").GetString()!, r.GetProperty("outcome").GetString()!)));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        return rows;
    }
}
