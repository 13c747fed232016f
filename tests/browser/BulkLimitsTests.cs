using System.Net.Http.Headers;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

/// <summary>The same limit for many: each of them has a result of its own.</summary>
public sealed class BulkLimitsTests(FleetFixture fleet)
{
    [Fact]
    public async Task Limit_ForPeopleAndATeam_IsSetForEach_AndSaysForWhomItWasNot()
    {
        var first = await People.CreateAsync(fleet, "bulk-one@example.test", "Bulk One", "developer");
        var gone = await People.CreateAsync(fleet, "bulk-two@example.test", "Bulk Two", "developer");
        var team = await People.CreateTeamAsync(fleet, "Bulk team");
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/");
        await console.Link("Limits in bulk").ClickAsync();
        await Assertions.Expect(console.Button("Apply to 0")).ToBeDisabledAsync();

        await page.GetByLabel("Search by name").FillAsync("bulk-");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Bulk One" }).ClickAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Bulk Two" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "Teams" }).ClickAsync();
        await page.GetByLabel("Search by name").FillAsync("Bulk team");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Bulk team" }).ClickAsync();
        await page.GetByText("3 chosen").WaitForAsync();
        await page.GetByLabel("At most").FillAsync("123456");
        await console.ShouldLookRightAsync("limits-bulk-chosen");
        await DeleteAsync(gone);
        await console.Button("Apply to 3").ClickAsync();

        var results = page.GetByRole(AriaRole.Group, new() { Name = "Result for each" });
        await page.GetByText("Set for 2 of 3").WaitForAsync();
        await Assertions.Expect(results.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Bulk Two" })).ToContainTextAsync("Failed");
        await Assertions.Expect(results.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Bulk One" })).ToContainTextAsync("Set");
        await console.ShouldLookRightAsync("limits-bulk-results");
        await console.Button("Choose the 1 that failed").ClickAsync();
        await page.GetByText("1 chosen").WaitForAsync();

        foreach (var place in new[] { $"/admin/users?id={first}&tab=limits", $"/admin/teams?id={team}&tab=limits" })
        {
            await console.GoAsync(place);
            await console.Dialog.GetByText("123.5K").First.WaitForAsync();
        }

        console.ShouldBeClean();
    }

    private async Task DeleteAsync(string user)
    {
        using var client = new HttpClient { BaseAddress = fleet.ConsoleUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await fleet.SetUpAsync()).ApiKey);
        using var answer = await client.DeleteAsync($"/api/admin/users/{user}", TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
    }
}
