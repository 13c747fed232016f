using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class GuideTests(FleetFixture fleet)
{
    [Theory]
    [InlineData("claude-code", "messages")]
    [InlineData("codex", "responses")]
    [InlineData("continue", "chat_completions")]
    public async Task Client_GivenAKey_CarriesIt_AndVerifiesOverItsOwnApi(string client, string surface)
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync($"/gateway/guide?client={client}&model=sim-gpt");

        await console.Button("Use one for 15 minutes").ClickAsync();
        await page.GetByText("THINKWATCH_KEY=tw-").WaitForAsync();
        await console.Button("Verify").ClickAsync();

        await page.GetByText("sim-gpt answered in").WaitForAsync();
        await console.PictureAsync($"guide-{client}");
        (await console.AxeAsync()).ShouldBeEmpty();
        await page.GetByRole(AriaRole.Link, new() { Name = "See it in the logs" }).ClickAsync();
        await console.Dialog.GetByText("Say hello", new() { Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Details" }).ClickAsync();
        await console.Dialog.GetByText(surface, new() { Exact = true }).WaitForAsync();
        console.ShouldBeClean();
    }
}
