using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class KeyTests(FleetFixture fleet)
{
    [Fact]
    public async Task Key_CreatedUsedAndRevoked_WorksExactlyThatLong()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/api-keys");
        await console.Button("Create key").First.ClickAsync();
        await page.GetByLabel("Name").FillAsync("browser key");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await console.Button("Reveal").ClickAsync();
        var secret = await page.GetByLabel("API key", new() { Exact = true }).InnerTextAsync();
        await console.Button("I have stored it").ClickAsync();
        await console.Row("browser key").GetByText("Active").WaitForAsync();
        (await page.ContentAsync()).ShouldNotContain(secret);
        (await StatusAsync(secret)).ShouldBe(HttpStatusCode.OK);

        await console.Button("Actions for browser key").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Revoke" }).ClickAsync();
        var revoke = console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke" });
        await Assertions.Expect(revoke).ToBeDisabledAsync();
        await page.GetByLabel("Reason").FillAsync("no longer needed");
        await page.GetByLabel("Type browser key to confirm").FillAsync("browser key");
        await revoke.ClickAsync();
        await console.GoneAsync("browser key");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        (await StatusAsync(secret)).ShouldBe(HttpStatusCode.Unauthorized, "a revoked key is dead within a second");
        console.ShouldBeClean();
    }

    private async Task<HttpStatusCode> StatusAsync(string key)
    {
        using var client = new HttpClient { BaseAddress = fleet.GatewayUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await client.GetAsync("/v1/models", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
