using Microsoft.AspNetCore.Http;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>JSON answers that are too large to be read whole before they are passed on.</summary>
public sealed class LongAnswerTests(GatewayFixture gateway)
{
    /// <summary>Its length was never announced: an end in order would make half an answer look like all of it.</summary>
    [Fact]
    public async Task Answer_ThatIsNotFinishedInTime_DoesNotLookWhole()
    {
        await using var provider = await StandIn.StartAsync(static async http =>
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("{\"choices\":[{\"message\":{\"content\":\"" + new string('x', 1_500_000), http.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        });
        var model = await gateway.AddModelAsync("any", static added => added.TimeoutSecs = 1, baseUrl: provider.Urls.First());
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model));
        await Should.ThrowAsync<HttpRequestException>(response.Content.ReadAsByteArrayAsync());
        var row = await gateway.RowAsync(response.Id());
        (row.Status, row.Outcome).ShouldBe((504, Outcome.Timeout));
    }
}
