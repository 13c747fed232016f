using System.Net;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>A route that fails is left alone.</summary>
public sealed class BreakerTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Route_ThatKeepsFailing_IsNotCalledAnyMore()
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync("sim-error-500");
        for (var i = 0; i < 4; i++) // three attempts each
            (await gateway.ChatAsync(key, Calls.Chat(model))).Dispose();
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await response.ErrorAsync()).Code().ShouldBe("no_healthy_route");
        response.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        gateway.Simulator.Since(0).ShouldNotContain(call => call.RequestId == response.Id());
        var row = await gateway.RowAsync(response.Id());
        row.Status.ShouldBe(503);
        row.Routing.ShouldContain("circuit_open");
    }

    [Fact]
    public async Task Route_ThatRests_LeavesItsCallsToTheOthers()
    {
        var key = gateway.Identity.AddKey();
        var bad = gateway.NewProvider("p-bad-" + Guid.NewGuid().ToString("n")[..6], gateway.SimulatorUrl);
        var good = gateway.NewProvider("p-good-" + Guid.NewGuid().ToString("n")[..6], gateway.SimulatorUrl);
        var id = "test-" + Guid.NewGuid().ToString("n")[..8];
        await gateway.ChangeCatalogAsync(snapshot =>
        {
            snapshot.Providers.Add([bad, good]);
            var model = GatewayFixture.NewModel(id, (bad, "sim-error-500"), (good, "sim-gpt"));
            model.Strategy = "weighted";
            model.AffinityMode = "none";
            model.Routes[1].Weight = 0;
            snapshot.Models.Add(model);
        });
        for (var i = 0; i < 4; i++)
            (await gateway.ChatAsync(key, Calls.Chat(id))).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var response = await gateway.ChatAsync(key, Calls.Chat(id));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Simulator.Since(0).Count(call => call.RequestId == response.Id()).ShouldBe(1);
        var routing = JsonDocument.Parse((await gateway.RowAsync(response.Id())).Routing).RootElement;
        routing.GetProperty("attempts")[0].GetProperty("fault").GetString().ShouldBe("circuit_open");
        routing.GetProperty("strategy").GetString().ShouldBe("weighted");
    }
}
