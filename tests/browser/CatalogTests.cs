using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed partial class CatalogTests(FleetFixture fleet)
{
    [Fact]
    public async Task Provider_AddedChangedAndDeleted_FollowsEachStep()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/providers");
        await console.Row("Simulated models").GetByText("simulated", new() { Exact = true }).WaitForAsync();

        await console.Button("Add provider").First.ClickAsync();
        await console.Dialog.GetByText("OpenAI-compatible").ClickAsync();
        await page.GetByLabel("Display name").FillAsync("Lab server");
        await page.GetByLabel("Base URL").FillAsync("https://models.example.test/v1");
        await page.GetByLabel("API key").FillAsync("sk-a-secret-that-nobody-may-see-9876");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add provider" }).ClickAsync();
        await console.Row("lab-server").GetByText("9876").WaitForAsync();
        (await page.ContentAsync()).ShouldNotContain("nobody-may-see");

        await console.Row("lab-server").GetByRole(AriaRole.Button, new() { Name = "Lab server", Exact = true }).ClickAsync();
        await page.GetByLabel("Display name").FillAsync("Lab server two");
        await console.Button("Save changes").ClickAsync();
        await console.Row("Lab server two").GetByText("9876").WaitForAsync();

        await console.Row("Lab server two").GetByRole(AriaRole.Button, new() { Name = "Lab server two", Exact = true }).ClickAsync();
        await console.Button("Add another key").ClickAsync();
        await page.GetByLabel("API key 2").FillAsync("sk-another-secret-that-nobody-may-see-5555");
        await console.Button("Save changes").ClickAsync();
        await console.Row("Lab server two").GetByText("+1").WaitForAsync();

        await console.Button("Actions for Lab server two").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync("lab-server");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await console.GoneAsync("lab-server");
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Provider_Tested_AndItsModelsImported_AreThereToCall()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/providers");
        await console.Row("Simulated models").GetByRole(AriaRole.Button, new() { Name = "Simulated models", Exact = true }).ClickAsync();
        await console.Button("Test connection").ClickAsync();
        await console.Dialog.GetByText("Answered in").WaitForAsync();
        await console.PictureAsync("provider-tested");
        await console.Button("Cancel").ClickAsync();

        await console.Button("Actions for Simulated models").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Import models" }).ClickAsync();
        await page.GetByLabel("Search its models").FillAsync("sim-parallel");
        await console.Dialog.GetByRole(AriaRole.Checkbox, new() { Name = "sim-parallel" }).ClickAsync();
        await console.PictureAsync("provider-import");
        await console.Button("Import 1").ClickAsync();
        await page.GetByText("Models imported: 1", new() { Exact = true }).WaitForAsync();

        await console.GoAsync("/gateway/models?q=sim-parallel");
        await console.Row("sim-parallel").GetByText("unpriced").WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Provider_WithWhatTheServerRefuses_SaysSoBesideTheField()
    {
        await using var console = await fleet.SignInAsync();
        await console.GoAsync("/gateway/providers?dialog=new");
        await console.Page.GetByLabel("Display name").FillAsync("Metadata");
        await console.Page.GetByLabel("Base URL").FillAsync("http://169.254.169.254/v1");

        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add provider" }).ClickAsync();

        await Assertions.Expect(console.Page.GetByLabel("Base URL")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(console.Dialog.GetByRole(AriaRole.Alert).First).Not.ToBeEmptyAsync();
    }

    [Fact]
    public async Task Model_AddedRoutedAndSwitchedOff_ShowsItsSplitAndState()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/models?dialog=new");
        await page.GetByLabel("Model id").FillAsync("browser-model");
        await page.GetByLabel("Provider of the first route").SelectOptionAsync(new SelectOptionValue { Label = "Simulated models" });
        await page.GetByLabel("Upstream model").FillAsync("sim-chat");
        await page.GetByLabel("Input", new() { Exact = true }).FillAsync("1.25");
        await page.GetByLabel("Output multiplier").FillAsync("2");
        await page.GetByLabel("Affinity").SelectOptionAsync("route");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add model" }).ClickAsync();
        await console.Row("browser-model").GetByText("$1.25").WaitForAsync();

        await console.Button("browser-model").ClickAsync();
        await console.Dialog.GetByText("× 1 / × 2").WaitForAsync();
        await console.Dialog.GetByText("Same route").WaitForAsync();
        await page.GetByLabel("Upstream model").FillAsync("sim-tools");
        await page.GetByLabel("Weight", new() { Exact = true }).FillAsync("300");
        await console.Button("Add route").ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Radio, new() { Name = "Manual" }).ClickAsync();
        await console.Dialog.GetByText("75%").WaitForAsync();

        // By keyboard, as by dragging: ten percent to the other side, and both costs are there to compare.
        var border = console.Dialog.GetByRole(AriaRole.Slider);
        await border.FocusAsync();
        await border.PressAsync("PageUp");
        await Assertions.Expect(border).ToHaveAttributeAsync("aria-valuenow", "35");
        await console.Dialog.GetByText("Auto would cost").WaitForAsync();
        await console.PictureAsync("model-routes");
        await console.Button("Save split").ClickAsync();
        await console.Dialog.GetByText("65%").WaitForAsync();

        await console.Button("Edit the route to Simulated models").First.ClickAsync();
        await page.GetByLabel("Requests a minute, at most").FillAsync("600");
        await console.Dialog.GetByLabel("Input", new() { Exact = true }).FillAsync("0.5");
        await console.PictureAsync("model-route");
        (await console.AxeAsync()).ShouldBeEmpty();
        await console.Button("Save changes").ClickAsync();
        await console.Dialog.GetByText("600 RPM").WaitForAsync();
        await console.Button("Close").ClickAsync();

        await console.Button("Actions for browser-model").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Disable" }).ClickAsync();
        await console.Row("browser-model").GetByText("Disabled").WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Models_WithABrokenRoute_SayWhyInTheTable_ByOneRequestForAll()
    {
        var provider = await People.PostAsync(
            fleet, "/api/admin/providers", new { name = "falls-over", display_name = "Falls over", provider_type = "custom", base_url = $"http://127.0.0.1:{ThinkWatch.Tests.FreePort.Take()}/v1", allow_private_network = true });
        var model = await People.PostAsync(fleet, "/api/admin/models", new { model_id = "broken-model", input_price = "1", output_price = "2" });
        await People.PostAsync(fleet, $"/api/admin/models/{model}/routes", new { provider_id = provider, upstream_model = "nobody-is-there" });
        await BreakAsync("broken-model");
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);

        await console.GoAsync("/gateway/models");
        var row = console.Row("broken-model");
        await row.GetByText(BreakerWord()).WaitForAsync();
        await row.GetByRole(AriaRole.Img, new() { NameRegex = HourOfBroken() }).WaitForAsync();
        asked.Where(static path => path.Contains("/model-routes/", StringComparison.Ordinal)).Distinct().ShouldBe(["/api/admin/model-routes/activity"]);
        asked.ShouldNotContain(static path => path.Contains("/route-health") || path.Contains("/route-history"));

        (await console.AxeAsync()).ShouldBeEmpty();
        await row.GetByText(BreakerWord()).HoverAsync();
        await page.GetByRole(AriaRole.Tooltip).GetByText("Falls over · nobody-is-there").WaitForAsync();
        await page.GetByRole(AriaRole.Tooltip).GetByText("attempts failed in five minutes").WaitForAsync();
        await console.PictureAsync("models-breaker");
        await using var dark = await fleet.SignInAsync(new Look("dark", 360, "zh"));
        await dark.GoAsync("/gateway/models?q=broken-model");
        await dark.Row("broken-model").WaitForAsync();
        await dark.ShouldLookRightAsync("models-breaker");
        console.ShouldBeClean();
    }

    /// <summary>Calls until the route is given a rest.</summary>
    private async Task BreakAsync(string model)
    {
        using var client = new HttpClient { BaseAddress = fleet.GatewayUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await fleet.SetUpAsync()).ApiKey);
        for (var i = 0; i < 100; i++)
        {
            using var answer = await client.PostAsJsonAsync(
                "/v1/chat/completions", new { model, messages = new[] { new { role = "user", content = "x" } } }, TestContext.Current.CancellationToken);
            answer.IsSuccessStatusCode.ShouldBeFalse();
            if ((await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("no_healthy_route", StringComparison.Ordinal)) return;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("The breaker never opened.");
    }

    // Half a minute after it opened it is tried again.
    [GeneratedRegex("Breaker (open|probing)")]
    private static partial Regex BreakerWord();

    [GeneratedRegex("^Last hour of broken-model: [1-9]\\d* calls?, [1-9]\\d* failed$")]
    private static partial Regex HourOfBroken();
}
