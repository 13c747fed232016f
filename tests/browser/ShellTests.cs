using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class ShellTests(FleetFixture fleet)
{
    [Fact]
    public async Task Palette_ByKeyboardAlone_GoesToAPage()
    {
        await using var console = await fleet.SignInAsync();
        await console.GoAsync("/");
        await console.Heading("Home").WaitForAsync();

        await console.Page.Keyboard.PressAsync("Control+k");
        await console.Page.GetByRole(AriaRole.Combobox).PressSequentiallyAsync("api key");
        await console.Page.Keyboard.PressAsync("Enter");

        await console.Heading("API keys").WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Language_Switched_TurnsThePageChineseAtOnce()
    {
        await using var console = await fleet.SignInAsync();
        await console.Button("Theme and language").ClickAsync();

        await console.Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "中文" }).ClickAsync();

        await console.Heading("首页").WaitForAsync();
        (await console.Page.EvaluateAsync<string>("() => document.documentElement.lang")).ShouldBe("zh-CN");
    }

    [Fact]
    public async Task Home_AfterTheFirstRequest_ShowsItsFigures()
    {
        await using var console = await fleet.SignInAsync();
        await console.GoAsync("/?range=1h");

        await console.Page.GetByRole(AriaRole.Region, new() { Name = "Latest calls" }).GetByText("sim-gpt").First.WaitForAsync();
        await console.Page.GetByRole(AriaRole.Region, new() { Name = "Top models" }).GetByText("sim-gpt").WaitForAsync();
        await console.Page.GetByRole(AriaRole.Region, new() { Name = "Providers" }).GetByText("simulated", new() { Exact = true }).WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task FirstView_OfTheHomePage_AsksTheApiSixTimesAtMost()
    {
        await using var console = await fleet.SignInAsync();
        var asked = new List<string>();
        console.Page.Request += (_, request) =>
        {
            if (request.Url.Contains("/api/", StringComparison.Ordinal)) asked.Add(request.Url);
        };

        await console.GoAsync("/");
        await console.SettleAsync();

        asked.Count.ShouldBeLessThanOrEqualTo(6, string.Join('\n', asked));
    }
}
