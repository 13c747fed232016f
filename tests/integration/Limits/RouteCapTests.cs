using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Caps of routes, set over REST and felt through the gateway.</summary>
[Collection(FleetCollection.Name)]
public sealed class RouteCapTests(FleetFixture fixture)
{
    private const string Model = "capped-model";

    [Fact]
    public async Task Routes_WithCaps_ServeOneAfterAnotherThenNobody()
    {
        var cancel = TestContext.Current.CancellationToken;
        // Changes arrive in their order: once it is switched on it has both routes.
        await fixture.Admin.PostAsync("/api/admin/models", new { model_id = Model, display_name = Model, strategy = "weighted", enabled = false }, cancel);
        var first = await RouteAsync("sim-chat", 100, 2, cancel);
        var second = await RouteAsync("sim-echo", 0, 1, cancel);
        await fixture.Admin.PatchAsync($"/api/admin/models/{Model}", new { enabled = true }, cancel);
        var rows = new List<JsonElement>();
        for (var call = 0; call < 40 && rows.Count(static row => row.GetProperty("status").GetInt32() == 429) == 0; call++)
        {
            using var answer = await fixture.Admin.Gateway.PostAsJsonAsync(
                "/v1/chat/completions", new { model = Model, messages = new[] { new { role = "user", content = $"x{call}" } } }, cancel);
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                await Task.Delay(100, cancel); // the catalog is on its way
                continue;
            }

            if (answer.StatusCode == HttpStatusCode.TooManyRequests) answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
            rows.Add(await fixture.Admin.LogRowAsync(answer.Headers.GetValues("x-request-id").Single(), cancel));
        }

        rows[^1].GetProperty("status").GetInt32().ShouldBe(429);
        rows[^1].GetProperty("error_type").GetString().ShouldBe("route:requests/1m");
        Excluded(rows[^1]).ShouldBe([first, second]);
        rows.Count(row => Excluded(row) is [var only] && only == first).ShouldBe(1);
    }

    private async Task<string> RouteAsync(string upstreamModel, int weight, int cap, CancellationToken cancel)
    {
        var route = await fixture.Admin.PostAsync(
            $"/api/admin/models/{Model}/routes", new { provider_id = fixture.Admin.SimulatorId, upstream_model = upstreamModel, weight, rpm_cap = cap }, cancel);
        return route.GetProperty("id").GetString()!;
    }

    private static string[] Excluded(JsonElement row)
    {
        var routing = row.GetProperty("routing");
        if (routing.ValueKind == JsonValueKind.String) routing = JsonDocument.Parse(routing.GetString()!).RootElement;
        return routing.TryGetProperty("excluded", out var excluded) ? [.. excluded.EnumerateArray().Select(static e => e.GetProperty("route_id").GetString()!)] : [];
    }
}
