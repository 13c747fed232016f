using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class TeamTests(FleetFixture fleet)
{
    [Theory]
    [InlineData("light", 1440)]
    [InlineData("dark", 360)]
    public async Task Team_MadeFilledAndDeleted_ShowsMembersAndTheirRoles(string theme, int width)
    {
        var (email, name, team) = ($"katherine-{theme}@example.test", $"Katherine {theme}", $"Orbits {theme}");
        await People.CreateAsync(fleet, email, name, "developer");
        await using var console = await fleet.SignInAsync(new Look(theme, width, "en"));
        var page = console.Page;
        await console.GoAsync("/admin/teams");
        await console.Button("Create team").First.ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(team);
        await page.GetByLabel("Cost centre").FillAsync("CC-7");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create team" }).ClickAsync();

        // It opens on its members. By keyboard alone: find, choose, take.
        var picker = page.GetByRole(AriaRole.Combobox, new() { Name = "Add a member" });
        await picker.FillAsync(email);
        await page.GetByRole(AriaRole.Option, new() { Name = email }).WaitForAsync();
        await picker.PressAsync("Enter");
        var manages = page.GetByRole(AriaRole.Switch, new() { Name = $"{name} manages this team" });
        await manages.ClickAsync();
        await Assertions.Expect(manages).ToHaveAttributeAsync("aria-checked", "true");
        await console.ShouldLookRightAsync("team-members");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Roles" }).ClickAsync();
        await console.Dialog.GetByText("Team manager").WaitForAsync();
        await console.ShouldLookRightAsync("team-roles");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Members" }).ClickAsync();
        await console.Button($"Take {name} out of the team").ClickAsync();
        await console.Dialog.GetByText("Nobody is in this team").WaitForAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Details" }).ClickAsync();
        await page.GetByLabel("Cost centre").FillAsync("CC-8");
        await console.Button("Save changes").ClickAsync();
        await console.ShouldLookRightAsync("team-details");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await console.Row(team).GetByText("CC-8").WaitForAsync();

        await console.Button($"Actions for {team}").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync(team);
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await console.GoneAsync(team);
        console.ShouldBeClean();
    }
}
