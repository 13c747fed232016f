using System.Net;
using System.Net.Http.Headers;

namespace ThinkWatch.Browser.Tests;

public sealed class SetupTests(FleetFixture fleet)
{
    [Fact]
    public async Task Wizard_WalkedWithSimulatedModels_EndsInTheRowOfAnAnsweredRequest()
    {
        var walk = await fleet.SetUpAsync();

        walk.Answer.ShouldNotBeEmpty();
        walk.LogUrl.ShouldContain("/gateway/logs?id=");
        walk.Conversation.ShouldContain(SetupWalk.Question);
        walk.Conversation.ShouldContain(walk.Answer[..Math.Min(24, walk.Answer.Length)]);
    }

    [Fact]
    public async Task Wizard_KeyItShowed_WorksOnTheGatewayPort()
    {
        var walk = await fleet.SetUpAsync();
        using var client = new HttpClient { BaseAddress = fleet.GatewayUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", walk.ApiKey);

        using var answer = await client.GetAsync("/v1/models", TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("sim-gpt");
    }

    [Fact]
    public async Task Wizard_OnceDone_LeadsHome()
    {
        await using var console = await fleet.SignInAsync();

        await console.GoAsync("/setup");

        await console.Heading("Home").WaitForAsync();
        console.ShouldBeClean();
    }
}
