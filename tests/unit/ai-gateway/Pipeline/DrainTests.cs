using System.Net;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

public sealed class DrainTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Stop_LetsAStreamEnd_AndLosesNoRow()
    {
        var key = gateway.Identity.AddKey();
        await using var second = await gateway.StartGatewayAsync("second");
        using var client = GatewayFixture.ClientOf(second);
        await GatewayFixture.EventuallyAsync(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);

        using var response = await client.SendAsync(Calls.Post(key, Calls.Chat("sim-drip-100,words-20", ",\"stream\":true")), HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var stopped = second.StopAsync();
        (await response.Content.ReadAsStringAsync()).ShouldEndWith("data: [DONE]\n\n");
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        (await gateway.RowAsync(response.Id())).Outcome.ShouldBe(Outcome.Ok);
    }
}
