using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

/// <summary>Two people edit the same thing: who saves second hears of it, loads the newer version, and keeps sight of what they typed.</summary>
public sealed class EditConflictTests(FleetFixture fleet)
{
    private const string Stale = "Somebody else changed this meanwhile";

    [Fact]
    public async Task Dialog_SavedSecond_KeepsWhatWasTypedOverTheNewerVersion()
    {
        await People.PostAsync(fleet, "/api/admin/models", new { model_id = "edited-twice", display_name = "Before", input_price = "1", output_price = "2" });
        await using var first = await fleet.SignInAsync();
        await using var second = await fleet.SignInAsync();
        foreach (var tab in new[] { first, second })
        {
            await tab.GoAsync("/gateway/models?q=edited-twice&dialog=edit:edited-twice");
            await tab.Page.GetByLabel("Display name").WaitForAsync();
            await tab.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        }

        await first.Page.GetByLabel("Display name").FillAsync("By the first");
        await first.Page.GetByLabel("Context window").FillAsync("1234");
        await first.Button("Save changes").ClickAsync();
        await first.Row("By the first").WaitForAsync();

        var page = second.Page;
        var name = page.GetByRole(AriaRole.Textbox, new() { Name = "Display name" });
        await name.FillAsync("By the second");
        await second.Button("Save changes").ClickAsync();
        await page.GetByText(Stale).WaitForAsync();
        await second.ShouldLookRightAsync("edit-stale");
        await Assertions.Expect(first.Row("By the first")).ToHaveCountAsync(1);

        await second.Button("Load the newer version").ClickAsync();
        await page.GetByText("is now “By the first”").WaitForAsync();
        await Assertions.Expect(name).ToHaveValueAsync("By the second");
        await Assertions.Expect(page.GetByLabel("Context window")).ToHaveValueAsync("1234");
        await second.ShouldLookRightAsync("edit-newer");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take theirs: Display name" }).ClickAsync();
        await Assertions.Expect(name).ToHaveValueAsync("By the first");
        await name.FillAsync("By both");
        await second.Button("Save changes").ClickAsync();
        await second.Row("By both").WaitForAsync();
        await Assertions.Expect(second.Dialog).ToHaveCountAsync(0);
        second.ShouldBeClean();
    }

    [Fact]
    public async Task Drawer_ThatStaysOpen_IsSavedAgainAndAgain_UntilSomebodyElseDid()
    {
        var team = await People.CreateTeamAsync(fleet, "Edited twice");
        await using var console = await fleet.SignInAsync();
        var other = await console.Page.Context.NewPageAsync();
        await console.GoAsync($"/admin/teams?id={team}");
        await other.GotoAsync(console.Page.Url);
        foreach (var page in new[] { console.Page, other })
        {
            await page.GetByLabel("Cost centre").WaitForAsync();
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        }

        foreach (var centre in new[] { "CC-1", "CC-2" })
        {
            await console.Page.GetByLabel("Cost centre").FillAsync(centre);
            await console.Button("Save changes").ClickAsync();
            await Assertions.Expect(console.Button("Save changes")).ToBeDisabledAsync();
            await Assertions.Expect(console.Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        }

        await other.GetByLabel("Description").FillAsync("Typed in the other tab");
        var save = other.GetByRole(AriaRole.Button, new() { Name = "Save changes" });
        await save.ClickAsync();
        await other.GetByText(Stale).WaitForAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = "Load the newer version" }).ClickAsync();
        await Assertions.Expect(other.GetByLabel("Cost centre")).ToHaveValueAsync("CC-2");
        await Assertions.Expect(other.GetByLabel("Description")).ToHaveValueAsync("Typed in the other tab");
        await save.ClickAsync();
        await Assertions.Expect(save).ToBeDisabledAsync();
        await Assertions.Expect(other.GetByText(Stale)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Limit_ThatSomebodyElseSet_IsNotOverwrittenUnseen_NorRemoved()
    {
        var key = await People.PostAsync(fleet, "/api/keys", new { name = "limited by two", surfaces = new[] { "ai_gateway" } });
        await using var first = await fleet.SignInAsync();
        await using var second = await fleet.SignInAsync();
        foreach (var tab in new[] { first, second })
        {
            await tab.GoAsync($"/api-keys?dialog=limits:{key}");
            await tab.Button("Add limit").ClickAsync();
            await tab.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        }

        await first.Page.GetByLabel("At most (requests)").FillAsync("3");
        await first.Button("Set limit").ClickAsync();
        var page = second.Page;
        await first.Button("Edit Requests in 1 minute").WaitForAsync();
        await page.GetByLabel("At most (requests)").FillAsync("7");
        await second.Button("Set limit").ClickAsync();
        await page.GetByText(Stale).WaitForAsync();
        await second.ShouldLookRightAsync("limit-stale");
        await second.Button("Load the newer version").ClickAsync();
        await page.GetByText("0 of 3 requests").WaitForAsync();
        await Assertions.Expect(page.GetByLabel("At most (requests)")).ToHaveValueAsync("7");
        await second.Button("Set limit").ClickAsync();
        await page.GetByText("0 of 7 requests").WaitForAsync();

        // Removed is what was asked about, not what somebody made of it since.
        await second.Button("Remove Requests in 1 minute").ClickAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await People.PostAsync(fleet, $"/api/admin/limits/api_key/{key}/rules", new { surface = "ai_gateway", metric = "requests", window_secs = 60, max_count = 5 });
        await second.Button("Remove").ClickAsync();
        await page.GetByText(Stale).WaitForAsync();
        await second.Button("Load the newer version").ClickAsync();
        await page.GetByText("0 of 5 requests").WaitForAsync();
        await second.Button("Remove").ClickAsync();
        await page.GetByText("No limit of its own").WaitForAsync();
        second.ShouldBeClean();
    }

    [Fact]
    public async Task Switch_TurnedOnAnOlderPage_TurnsNothing_UntilItIsSeenAnew()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        var other = await page.Context.NewPageAsync();
        await console.GoAsync("/gateway/security?view=patterns");
        await other.GotoAsync(page.Url);
        var (here, there) = (Pattern(page, "Telephone numbers"), Pattern(other, "E-mail addresses"));
        await there.WaitForAsync();
        await here.WaitForAsync();
        var (phones, mails) = (await here.IsCheckedAsync(), await there.IsCheckedAsync());
        await here.ClickAsync();
        await Assertions.Expect(here).ToBeCheckedAsync(new() { Checked = !phones });

        await there.ClickAsync();
        await other.GetByText(Stale).WaitForAsync();
        await Assertions.Expect(there).ToBeCheckedAsync(new() { Checked = mails });
        await other.GetByRole(AriaRole.Button, new() { Name = "Load the newer version" }).ClickAsync();
        await Assertions.Expect(Pattern(other, "Telephone numbers")).ToBeCheckedAsync(new() { Checked = !phones });
        await there.ClickAsync();
        await Assertions.Expect(there).ToBeCheckedAsync(new() { Checked = !mails });

        // As it was, by two clicks in a row: one waits for the other.
        await there.ClickAsync();
        await Pattern(other, "Telephone numbers").ClickAsync();
        await Assertions.Expect(there).ToBeCheckedAsync(new() { Checked = mails });
        await Assertions.Expect(Pattern(other, "Telephone numbers")).ToBeCheckedAsync(new() { Checked = phones });
        await Assertions.Expect(other.GetByText(Stale)).ToHaveCountAsync(0);

        static ILocator Pattern(IPage page, string name) => page.GetByRole(AriaRole.Switch, new() { Name = name });
    }
}
