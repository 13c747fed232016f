using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

/// <summary>A chat through the real gateway, on each of its surfaces.</summary>
public sealed partial class PlaygroundTests(FleetFixture fleet)
{
    private const string Slow = "sim-drip-400";

    [Theory]
    [InlineData("chat", "sim-tools")]
    [InlineData("messages", "sim-think-tools")]
    [InlineData("responses", "sim-think-tools")]
    public async Task ToolLoop_OnEverySurface_GoesOnWithTheResultThatWasTyped(string surface, string model)
    {
        await using var console = await OpenAsync($"surface={surface}&model={model}", model);
        var page = console.Page;
        await console.Button("Add a tool").ClickAsync();
        await page.GetByLabel("Tool name").FillAsync("get_tide");
        await console.Button("Save tool").ClickAsync();
        await page.GetByLabel("Thinking").SelectOptionAsync("low");
        await AskAsync(console, "How high is the tide?");

        await page.GetByLabel("Result of get_tide").FillAsync("""{"metres": 4.7}""");
        await console.Button("Send result").ClickAsync();

        var log = page.GetByRole(AriaRole.Log);
        await log.GetByText("the tool said").WaitForAsync();
        await Assertions.Expect(log).ToContainTextAsync("4.7");
        await Assertions.Expect(log.GetByText("Answered by")).ToHaveCountAsync(2);
        await console.SettleAsync();
        await console.PictureAsync($"playground-tools-{surface}");
        (await console.AxeAsync()).ShouldBeEmpty();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Answer_OfTwoModels_StreamsSideBySide_AndLeadsToItsRow()
    {
        await using var console = await OpenAsync("model=sim-think&with=sim-gpt", "sim-think");
        var page = console.Page;
        await AskAsync(console, "Which of you is the quicker quokka?");

        foreach (var model in (string[])["sim-think", "sim-gpt"])
            await page.GetByRole(AriaRole.Log, new() { Name = $"Conversation with {model}" }).GetByText("Answered by").WaitForAsync();
        await console.SettleAsync();
        var second = page.GetByRole(AriaRole.Log, new() { Name = "Conversation with sim-gpt" });
        await Assertions.Expect(second.GetByLabel("What it took")).ToContainTextAsync(CostPattern());
        await second.GetByText("response headers").ClickAsync();
        await second.GetByText("x-request-id").WaitForAsync();
        await console.PictureAsync("playground-compared");
        (await console.AxeAsync()).ShouldBeEmpty();

        await second.GetByRole(AriaRole.Link, new() { Name = "Open in the logs" }).ClickAsync();
        await console.Dialog.GetByText("Which of you is the quicker quokka?", new() { Exact = true }).WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Answer_Stopped_StaysAsFarAsItCame_AndTheRowSaysAborted()
    {
        await using var console = await OpenAsync($"model={Slow}", Slow);
        var page = console.Page;
        await AskAsync(console, "Tell me a long story about a slow river");
        await page.GetByRole(AriaRole.Log).GetByText("Simulated").WaitForAsync();

        await page.GetByLabel("Message").PressAsync("Escape");

        await page.GetByText("Stopped", new() { Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open in the logs" }).ClickAsync();
        await console.Dialog.GetByText("Aborted", new() { Exact = true }).WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Failure_OfTheProvider_IsToldInWords_WithItsIdAndAWayOn()
    {
        await using var console = await OpenAsync("model=sim-error-500", "sim-error-500");
        await AskAsync(console, "Will this work?");
        var alert = console.Page.GetByRole(AriaRole.Alert);
        await alert.GetByText("The provider could not answer").WaitForAsync();
        await Assertions.Expect(alert).ToContainTextAsync(IdPattern());
        await console.SettleAsync();
        await console.PictureAsync("playground-failed");
        (await console.AxeAsync()).ShouldBeEmpty();

        await alert.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await console.Page.GetByText("Answering…").WaitForAsync();
        await alert.GetByText("The provider could not answer").WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Image_Attached_ReachesTheModel()
    {
        await using var console = await OpenAsync("model=sim-inspect", "sim-inspect");
        await console.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "dot.png",
            MimeType = "image/png",
            Buffer = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
        });
        await console.Page.GetByRole(AriaRole.Img, new() { Name = "dot.png" }).WaitForAsync();

        await AskAsync(console, "What is in it?");

        await Assertions.Expect(console.Page.GetByRole(AriaRole.Log)).ToContainTextAsync("image/png");
        console.ShouldBeClean();
    }

    private static async Task AskAsync(ConsolePage console, string text)
    {
        await console.Page.GetByLabel("Message", new() { Exact = true }).FillAsync(text);
        await console.Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>The playground with models of the simulator that answer as the tests need it.</summary>
    private async Task<ConsolePage> OpenAsync(string search, string model)
    {
        var console = await fleet.SignInAsync();
        var api = console.Page.APIRequest;
        var headers = new Dictionary<string, string> { ["x-requested-with"] = "thinkwatch-console" };
        var providers = await (await api.GetAsync(new Uri(fleet.ConsoleUrl, "/api/admin/providers").ToString())).JsonAsync();
        var id = providers!.Value.GetProperty("items").EnumerateArray().First(static p => p.GetProperty("simulated").GetBoolean()).GetProperty("id").GetString();
        string[] wanted = ["sim-tools", "sim-think-tools", "sim-think", "sim-inspect", "sim-error-500", Slow];
        var models = wanted.Select(static each => new { upstream_model = each });
        var import = await api.PostAsync(new Uri(fleet.ConsoleUrl, $"/api/admin/providers/{id}/import-models").ToString(), new() { Headers = headers, DataObject = new { models } });
        import.Status.ShouldBe(200, await import.TextAsync());
        await KnowsAsync(console, model);
        await console.GoAsync($"/gateway/playground?{search}");
        await console.Page.GetByLabel("Message", new() { Exact = true }).WaitForAsync();
        return console;
    }

    /// <summary>The gateway has heard of the model.</summary>
    private async Task KnowsAsync(ConsolePage console, string model)
    {
        using var client = new HttpClient { BaseAddress = fleet.GatewayUrl };
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await fleet.SetUpAsync()).ApiKey);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await client.GetStringAsync("/v1/models", patience.Token)).Contains(JsonSerializer.Serialize(model), StringComparison.Ordinal))
            await console.Page.WaitForTimeoutAsync(100);
    }

    [GeneratedRegex(@"\$0\.0000\d+")]
    private static partial Regex CostPattern();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex IdPattern();
}
