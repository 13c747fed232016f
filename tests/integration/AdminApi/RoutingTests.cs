using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>A model's split, its projection and its health, from rows as the gateway writes them.</summary>
public sealed class RoutingTests(AdminApiFixture fixture) : IClassFixture<AdminApiFixture>, IAsyncLifetime
{
    private static readonly string[] _all = ["providers:create", "models:read", "models:create", "models:update"];

    private readonly Guid _org = Guid.CreateVersion7();
    private HttpClient _admin = null!;
    private string _cheap = "";
    private string _fast = "";

    public async ValueTask InitializeAsync()
    {
        _admin = fixture.Host.Client(_org, _all);
        var provider = (await _admin.CreateAsync("/api/admin/providers", new { name = "p", provider_type = "custom", base_url = "https://example.com" })).Id();
        await _admin.CreateAsync("/api/admin/models", new { model_id = "m", strategy = "weighted", input_price = "1", output_price = "2" });
        _cheap = (await _admin.CreateAsync("/api/admin/models/m/routes", new { provider_id = provider, upstream_model = "cheap", weight = 75 })).Id();
        _fast = (await _admin.CreateAsync("/api/admin/models/m/routes", new { provider_id = provider, upstream_model = "fast", weight = 25, prices = new { input_price = "4", output_price = "8" } })).Id();
    }

    public ValueTask DisposeAsync()
    {
        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Projection_WithoutTraffic_SplitsByPriceAlone()
    {
        var projection = await _admin.ReadAsync("/api/admin/models/m/routing-projection");

        (projection["basis"]!.GetValue<string>(), projection["strategy"]!.GetValue<string>(), projection["requests"]!.GetValue<long>()).ShouldBe(("typical", "weighted", 0));
        Shares(projection, "manual_share").ShouldBe([0.75, 0.25]);
        Shares(projection, "auto_share").ShouldBe([0.8, 0.2]); // 1 / 1.25 against 1 / 5
        Usd(projection["manual"]!).ShouldBe((0.75m * 1.25m) + (0.25m * 5));
        Usd(projection["auto"]!).ShouldBe(2m);
        projection["routes"]![0]!["first_token_ms"].ShouldBeNull();
    }

    [Fact]
    public async Task Projection_FollowsLatencyFailuresAndTokensOfRealCalls()
    {
        // Half input, half output: a million tokens cost 1.5 there and 6 here. Eight times as fast outweighs four times the price.
        for (var i = 0; i < 4; i++)
        {
            await CallAsync(_cheap, 800, "ok", 200);
            await CallAsync(_fast, 100, "ok", 200);
        }

        var quick = await _admin.ReadAsync("/api/admin/models/m/routing-projection?hours=1");
        quick["basis"]!.GetValue<string>().ShouldBe("traffic");
        quick["routes"]!.AsArray().Select(static r => decimal.Parse(r!["usd_per_million"]!.GetValue<string>(), CultureInfo.InvariantCulture)).ShouldBe([1.5m, 6m]);
        Shares(quick, "auto_share").ShouldBe([0.3333, 0.6667]);
        Shares(quick, "actual_share").ShouldBe([0.5, 0.5]);

        // A failed attempt counts for the route that failed, not for the one that answered: S² halves twice.
        for (var i = 0; i < 4; i++)
            await CallAsync(_cheap, 800, "ok", 200, $$"""{"attempts":[{"route_id":"{{_fast}}","status":503,"fault":"upstream"},{"route_id":"{{_cheap}}","status":200},{"route_id":"{{_fast}}","status":0,"fault":"busy"}]}""");
        var failing = await _admin.ReadAsync("/api/admin/models/m/routing-projection?hours=1");
        failing["routes"]!.AsArray().Select(static r => r!["success_rate"]!.GetValue<double>()).ShouldBe([1, 0.5]);
        Shares(failing, "auto_share")[1].ShouldBe(0.5 / 1.5, 0.001);

        var health = (await _admin.ReadAsync("/api/admin/models/m/route-health"))["items"]!.AsArray();
        health.Select(static r => (r!["state"]!.GetValue<string>(), r["breaker"]!.GetValue<string>(), r["failed"]!.GetValue<long>())).ShouldBe([("ok", "unknown", 0), ("failing", "unknown", 4)]);
    }

    /// <summary>As the gateway judges: a stream that its provider cut had begun with 200; a client that went, or a rule that forbids the answer, is no failure.</summary>
    [Fact]
    public async Task Health_CountsWhatTheCircuitBreakerCounts()
    {
        foreach (var (status, fault) in ((int, string)[])
            [(200, "provider_broke_off"), (200, "stream_idle"), (0, "provider_unreachable"), (0, "client_closed_request"), (200, "client_closed_request"), (200, "content_blocked"), (400, "invalid")])
            await CallAsync(_cheap, 10, "error", 502, $$"""{"attempts":[{"route_id":"{{_cheap}}","status":{{status}},"fault":"{{fault}}"}]}""");
        var health = (await _admin.ReadAsync("/api/admin/models/m/route-health"))["items"]!.AsArray();
        health.Select(static r => (r!["state"]!.GetValue<string>(), r["failed"]!.GetValue<long>())).ShouldBe([("failing", 3), ("idle", 0)]);
    }

    [Fact]
    public async Task History_HasSixtyMinutesOfEachRoute_OfThisOrganisationOnly()
    {
        await CallAsync(_cheap, 100, "ok", 200);
        await CallAsync(_cheap, 300, "error", 502);
        await fixture.Rows.AddAsync(Guid.CreateVersion7(), DateTimeOffset.UtcNow, new { model = "m", route_id = _cheap, outcome = "ok", latency_ms = 9999 });

        var series = (await _admin.ReadAsync("/api/admin/models/m/route-history"))["routes"]!.AsArray();

        series.Count.ShouldBe(2);
        series.ShouldAllBe(static route => route!["points"]!.AsArray().Count == 60);
        var points = series[0]!["points"]!.AsArray().Where(static p => p!["requests"]!.GetValue<long>() > 0).ToList();
        points.Sum(static p => p!["requests"]!.GetValue<long>()).ShouldBe(2);
        points.Sum(static p => p!["errors"]!.GetValue<long>()).ShouldBe(1);
        points.Max(static p => p!["p95_ms"]!.GetValue<double>()).ShouldBeInRange(100, 300);
        series[1]!["points"]!.AsArray().ShouldAllBe(static p => p!["p95_ms"] == null);
    }

    [Fact]
    public async Task Activity_TellsOfEveryModelAndRouteAtOnce_OfThisOrganisationOnly()
    {
        var provider = (await _admin.CreateAsync("/api/admin/providers", new { name = "q", provider_type = "custom", base_url = "https://example.com" })).Id();
        await _admin.CreateAsync("/api/admin/models", new { model_id = "other", input_price = "1", output_price = "2" });
        var single = (await _admin.CreateAsync("/api/admin/models/other/routes", new { provider_id = provider, upstream_model = "other" })).Id();
        await CallAsync(_cheap, 100, "ok", 200);
        await CallAsync(_fast, 300, "error", 502);
        await CallAsync("", 1, "cached", 200);
        await CallAsync("", 1, "denied", 404); // came to no route
        await fixture.Rows.AddAsync(_org, DateTimeOffset.UtcNow.AddMinutes(-30), new { model = "other", route_id = single, outcome = "timeout", status = 504, latency_ms = 9 });
        await fixture.Rows.AddAsync(_org, DateTimeOffset.UtcNow.AddMinutes(-70), new { model = "other", route_id = single, outcome = "ok", status = 200, latency_ms = 9 });
        await fixture.Rows.AddAsync(Guid.CreateVersion7(), DateTimeOffset.UtcNow, new { model = "m", route_id = _cheap, outcome = "ok", latency_ms = 9 });

        var report = await _admin.ReadAsync("/api/admin/model-routes/activity");

        var models = report["models"]!.AsArray().ToDictionary(static model => model!["model_id"]!.GetValue<string>(), static model => (Sum(model!, "requests"), Sum(model!, "errors")));
        models.ShouldBe(new Dictionary<string, (long, long)> { ["m"] = (3, 1), ["other"] = (1, 1) }, ignoreOrder: true);
        report["models"]!.AsArray().ShouldAllBe(static model => model!["requests"]!.AsArray().Count == 30 && model["errors"]!.AsArray().Count == 30);
        var routes = report["routes"]!.AsArray().ToDictionary(static route => route!["route_id"]!.GetValue<string>(), static route => (route!["state"]!.GetValue<string>(), route["breaker"]!.GetValue<string>()));
        routes.ShouldBe(new Dictionary<string, (string, string)> { [_cheap] = ("ok", "unknown"), [_fast] = ("failing", "unknown"), [single] = ("idle", "unknown") }, ignoreOrder: true);

        using var nobody = fixture.Host.Client(_org);
        (await nobody.SendAsync(HttpMethod.Get, "/api/admin/model-routes/activity")).Status.ShouldBe(HttpStatusCode.Forbidden);

        static long Sum(JsonNode model, string name) => model[name]!.AsArray().Sum(static part => part!.GetValue<long>());
    }

    [Fact]
    public async Task Route_ReadAlone_HasTheVersionThatAChangeIsCheckedAgainst()
    {
        using var read = await _admin.GetAsync($"/api/admin/model-routes/{_cheap}");
        var version = read.Headers.ETag!.ToString();
        (await ChangeAsync(1)).ShouldBe(HttpStatusCode.OK);
        (await ChangeAsync(2)).ShouldBe(HttpStatusCode.PreconditionFailed);
        (await _admin.ReadAsync($"/api/admin/model-routes/{_cheap}"))["weight"]!.GetValue<int>().ShouldBe(1);

        async Task<HttpStatusCode> ChangeAsync(int weight)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/admin/model-routes/{_cheap}") { Content = new StringContent($$"""{"weight":{{weight}}}""", null, "application/json") };
            request.Headers.TryAddWithoutValidation("If-Match", version);
            using var answer = await _admin.SendAsync(request);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task BatchWeights_AreAllOrNone()
    {
        var (status, body) = await BatchAsync($$"""[{"id":"{{_cheap}}","weight":10},{"id":"{{_fast}}","weight":90}]""");
        status.ShouldBe(HttpStatusCode.OK, body);
        JsonNode.Parse(body)!["items"]!.AsArray().Select(static r => r!["weight"]!.GetValue<int>()).ShouldBe([10, 90]);

        (await BatchAsync($$"""[{"id":"{{_cheap}}","weight":1},{"id":"{{Guid.CreateVersion7()}}","weight":2}]""")).ShouldSatisfyAllConditions(
            static r => r.Status.ShouldBe(HttpStatusCode.BadRequest), static r => r.Body.ShouldContain("updates[1].id"));
        (await BatchAsync($$"""[{"id":"{{_cheap}}","weight":-1},{"id":"{{_cheap}}","weight":2}]""")).ShouldSatisfyAllConditions(
            static r => r.Status.ShouldBe(HttpStatusCode.BadRequest), static r => r.Body.ShouldContain("updates[0].weight"), static r => r.Body.ShouldContain("updates[1].id"));
        using var stranger = fixture.Host.Client(Guid.CreateVersion7(), _all);
        (await stranger.SendAsync(HttpMethod.Patch, "/api/admin/model-routes/batch-weights", $$"""{"updates":[{"id":"{{_cheap}}","weight":1}]}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        foreach (var path in new[] { "routing-projection", "route-history", "route-health" })
            (await stranger.SendAsync(HttpMethod.Get, $"/api/admin/models/m/{path}")).Status.ShouldBe(HttpStatusCode.NotFound);

        (await _admin.ReadAsync("/api/admin/models/m/routes"))["items"]!.AsArray().Select(static r => r!["weight"]!.GetValue<int>()).ShouldBe([10, 90]);

        Task<(HttpStatusCode Status, string Body)> BatchAsync(string updates) => _admin.SendAsync(HttpMethod.Patch, "/api/admin/model-routes/batch-weights", $$"""{"updates":{{updates}}}""");
    }

    private Task CallAsync(string route, int ms, string outcome, int status, string routing = "{}") => fixture.Rows.AddAsync(
        _org, DateTimeOffset.UtcNow, new { model = "m", route_id = route, outcome, status, latency_ms = ms, upstream_ttfb_ms = ms, input_tokens = 500, output_tokens = 500, routing });

    private static double[] Shares(JsonObject projection, string name) => [.. projection["routes"]!.AsArray().Select(route => route![name]!.GetValue<double>())];

    private static decimal Usd(JsonNode split) => decimal.Parse(split["usd_per_million"]!.GetValue<string>(), CultureInfo.InvariantCulture);
}
