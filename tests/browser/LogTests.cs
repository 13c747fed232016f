using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class LogTests(FleetFixture fleet)
{
    [Fact]
    public async Task Search_ByAWordOfTheQuestion_FindsTheCallAndItsBody()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/logs");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("quokkaword");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("q=quokkaword"));
        await Assertions.Expect(console.Row("sim-gpt")).ToHaveCountAsync(1);

        await console.Row("sim-gpt").ClickAsync();

        await console.Dialog.GetByText(SetupWalk.Question, new() { Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Request" }).ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "Request" }).GetByText("\"messages\"").WaitForAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Details" }).ClickAsync();
        await console.Dialog.GetByText("Requested model").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(console.Dialog).ToHaveCountAsync(0);
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Filter_ByOutcome_IsAChipThatCanBeTakenOff()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/logs?outcome=interrupted");
        await page.GetByText("Nothing matches").WaitForAsync();

        await console.Button("Remove filter: Outcome").ClickAsync();

        await console.Row("sim-gpt").First.WaitForAsync();
        page.Url.ShouldNotContain("outcome");
    }
}
