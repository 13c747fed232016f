using System.Net;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>What the gateway does with what limits says of a model's routes.</summary>
public sealed class RouteCapTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Route_ThatIsAtItsCap_IsPassedOverAndTheRowSaysSo()
    {
        var (key, model, routes) = await TwoRoutesAsync("sim-chat", "sim-chat", static _ => new CheckReply
        {
            Allowed = true,
            Candidate = 1,
            Excluded = { new Exclusion { Candidate = 0, Label = "route:requests/1m" } },
        });
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = await gateway.RowAsync(response.Id());
        row.RouteId.ShouldBe(routes[1]);
        Excluded(row).ShouldBe([(routes[0], "cap", "route:requests/1m")]);
        gateway.Limits.Checks[row.Id].Candidates.Select(static c => (c.RouteId, c.RpmCap, c.TpmCap)).ShouldBe([(routes[0], 5, 500), (routes[1], 7, 700)]);
    }

    [Fact]
    public async Task Routes_ThatAreAllAtTheirCap_Are429WithTheirPatience()
    {
        var (key, model, routes) = await TwoRoutesAsync("sim-chat", "sim-chat", static _ => new CheckReply
        {
            Refusal = new Contracts.Limits.Refusal { Label = "route:tokens/1m", Limit = 7, Current = 7, RetryAfterMs = 4_200 },
            Excluded = { new Exclusion { Candidate = 0, Label = "route:requests/1m" }, new Exclusion { Candidate = 1, Label = "route:tokens/1m" } },
        });
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        var row = await gateway.RowAsync(response.Id());
        row.Outcome.ShouldBe(Outcome.Limited);
        Excluded(row).Select(static e => e.Route).ShouldBe(routes);
    }

    [Fact]
    public async Task Failover_MovesTheReservationAndSettlesForWhoAnswered()
    {
        var (key, model, routes) = await TwoRoutesAsync("sim-error-500", "sim-chat", static _ => new CheckReply { Allowed = true, Reserved = true });
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = await gateway.RowAsync(response.Id());
        gateway.Limits.Moves.Single(move => move.RequestId == row.Id).Candidate.RouteId.ShouldBe(routes[1]);
        await GatewayFixture.EventuallyAsync(() => Task.FromResult(gateway.Limits.Settled.ContainsKey(row.Id)));
        gateway.Limits.Settled[row.Id].Call.Candidates.Single().RouteId.ShouldBe(routes[1]);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK)]
    [InlineData(true, HttpStatusCode.BadGateway)]
    public async Task Failover_WithLimitsAway_PassesAsTheSettingSaysButNeverUnderAStrictRule(bool strict, HttpStatusCode status)
    {
        var (key, model, routes) = await TwoRoutesAsync("sim-error-500", "sim-chat", check =>
        {
            gateway.Limits.Unmovable[check.KeyLineageId] = 0;
            return new CheckReply { Allowed = true, Reserved = true, Strict = strict };
        });
        using var response = await gateway.ChatAsync(key, Calls.Chat(model, ",\"max_tokens\":50"));
        response.StatusCode.ShouldBe(status);
        var row = await gateway.RowAsync(response.Id());
        row.RouteId.ShouldBe(routes[strict ? 0 : 1]);
        if (strict) Excluded(row).ShouldBe([(routes[1], "cap", "limits_unavailable")]);
    }

    [Fact]
    public async Task StrictRule_AsksForWhatTheCallCannotExceed()
    {
        var bounds = new List<long?>();
        var (key, model, _) = await TwoRoutesAsync("sim-chat", "sim-chat", check =>
        {
            bounds.Add(check.Bound?.WeightedTokens);
            return new CheckReply
            {
                Allowed = check.Bound is not null,
                Strict = true,
                Refusal = check.Bound is null ? new Contracts.Limits.Refusal { Label = "user:budget/daily", Reason = "unbounded" } : null,
            };
        });
        using var unbounded = await gateway.ChatAsync(key, Calls.Chat(model));
        unbounded.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await unbounded.ErrorAsync()).GetProperty("message").GetString()!.ShouldContain("set a maximum");

        var body = Calls.Chat(model, ",\"max_tokens\":50,\"n\":2");
        for (var call = 0; call < 2; call++)
        {
            using var response = await gateway.ChatAsync(key, body);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        // A byte is at least a token; twice fifty tokens out, at a weight of two. Nothing is asked twice once it is known to be strict.
        bounds.ShouldBe([null, body.Length + 200, body.Length + 200]);
    }

    private async Task<(string Key, string Model, string[] Routes)> TwoRoutesAsync(string first, string second, Func<CheckRequest, CheckReply> limits)
    {
        var lineage = "";
        var key = gateway.Identity.AddKey(p => lineage = p.KeyLineageId);
        gateway.Limits.ByLineage[lineage] = limits;
        var model = await gateway.AddModelAsync(first, model: entry =>
        {
            entry.Strategy = "weighted";
            var route = entry.Routes[0];
            (route.RpmCap, route.TpmCap) = (5, 500);
            entry.Routes.Add(new Route { Id = Guid.CreateVersion7().ToString(), ProviderId = route.ProviderId, UpstreamModel = second, Enabled = true, RpmCap = 7, TpmCap = 700 });
        });
        string[] routes = [];
        await gateway.ChangeCatalogAsync(snapshot => routes = [.. snapshot.Models.Single(m => m.ModelId == model).Routes.Select(static r => r.Id)]);
        return (key, model, routes);
    }

    private static (string Route, string Reason, string Rule)[] Excluded(GatewayCall row) =>
    [
        .. JsonDocument.Parse(row.Routing).RootElement.GetProperty("excluded").EnumerateArray()
            .Select(static e => (e.GetProperty("route_id").GetString()!, e.GetProperty("reason").GetString()!, e.GetProperty("rule").GetString()!)),
    ];
}
