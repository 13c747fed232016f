using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class SecurityTests(FleetFixture fleet)
{
    [Fact]
    public async Task Rule_AddedTriedSwitchedOffAndDeleted_IsInForceAsLongAsItIsOn()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/security?dialog=new");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("no-falcon");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Phrase" }).FillAsync("project falcon");
        await console.PictureAsync("security-rule-filled");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add rule" }).ClickAsync();
        await console.Row("no-falcon").GetByText("Block").WaitForAsync();

        // The sandbox says it at once, and so does the gateway.
        await page.GetByLabel("Text to try").FillAsync("Mail bob@example.com about Project Falcon");
        await console.Button("Try it").ClickAsync();
        await page.GetByText("This call would be refused").WaitForAsync();
        var marks = page.GetByRole(AriaRole.Region, new() { Name = "What would go on" }).Locator("mark");
        (await marks.AllInnerTextsAsync()).ShouldBe(["{{EMAIL_sample_1}}", "Project Falcon"]);
        await console.SettleAsync();
        await console.PictureAsync("security-sandbox");
        (await console.AxeAsync()).ShouldBeEmpty();
        (await AskAsync("Tell me of project falcon")).ShouldBe(HttpStatusCode.BadRequest);
        await page.ReloadAsync();
        await Assertions.Expect(console.Row("no-falcon").GetByRole(AriaRole.Cell, new() { Name = "1", Exact = true })).ToBeVisibleAsync(new() { Timeout = 30_000 });

        await page.GetByRole(AriaRole.Switch, new() { Name = "Enable no-falcon" }).ClickAsync();
        await page.GetByText("no-falcon is switched off").First.WaitForAsync();
        await Within(async () => (await AskAsync("Tell me of project falcon")).ShouldBe(HttpStatusCode.OK));

        await console.Button("Actions for no-falcon").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync("no-falcon");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByText("No content rule yet").WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Pattern_OfOnesOwn_RedactsFromThenOn_AndIsTakenOffAgain()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/gateway/security?view=patterns");
        await page.GetByLabel("Placeholder").FillAsync("employee_id");
        await page.GetByLabel("Regular expression").FillAsync("EMP-(");
        await console.Button("Add").ClickAsync();
        await page.GetByRole(AriaRole.Alert).First.WaitForAsync();
        await page.GetByLabel("Regular expression").FillAsync(@"EMP-\d{6}");
        await console.Button("Add").ClickAsync();
        await console.Button("Remove EMPLOYEE_ID").WaitForAsync();

        await Within(async () =>
        {
            await page.GetByLabel("Text to try").FillAsync("Who is EMP-123456?");
            await console.Button("Try it").ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "What would go on" })).ToHaveTextAsync("Who is {{EMPLOYEE_ID_sample_1}}?", new() { Timeout = 1000 });
        });
        await console.PictureAsync("security-patterns-own");
        (await console.AxeAsync()).ShouldBeEmpty();

        await console.Button("Remove EMPLOYEE_ID").ClickAsync();
        await Assertions.Expect(console.Button("Remove EMPLOYEE_ID")).ToHaveCountAsync(0);
        var email = page.GetByRole(AriaRole.Switch, new() { Name = "E-mail addresses" });
        await email.ClickAsync();
        await Assertions.Expect(email).Not.ToBeCheckedAsync();
        await email.ClickAsync();
        await Assertions.Expect(email).ToBeCheckedAsync();
        console.ShouldBeClean();
    }

    private async Task<HttpStatusCode> AskAsync(string question)
    {
        using var client = new HttpClient { BaseAddress = fleet.GatewayUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await fleet.SetUpAsync()).ApiKey);
        using var answer = await client.PostAsJsonAsync(
            "/v1/chat/completions", new { model = "sim-gpt", messages = new[] { new { role = "user", content = question } } }, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>What was changed is in force a moment later.</summary>
    private static async Task Within(Func<Task> check)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await check();
                return;
            }
            catch (Exception e) when (attempt < 10 && e is ShouldAssertException or PlaywrightException)
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }
    }
}
