using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class UserTests(FleetFixture fleet)
{
    [Fact]
    public async Task User_InvitedSignedInAndDisabled_GoesThroughEachState()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/admin/users");
        await console.Button("Invite user").First.ClickAsync();
        await page.GetByLabel("E-mail").FillAsync("hopper@example.test");
        await page.GetByLabel("Display name").FillAsync("Amazing Grace");
        await console.Button("Create invitation").ClickAsync();
        await console.Button("Reveal").ClickAsync();
        var link = await page.GetByLabel("One-time link", new() { Exact = true }).InnerTextAsync();
        await console.PictureAsync("user-invited");
        (await console.AxeAsync()).ShouldBeEmpty();
        await console.Button("I have passed it on").ClickAsync();
        await console.Row("hopper@example.test").GetByText("Invited").WaitForAsync();
        (await page.ContentAsync()).ShouldNotContain(link);

        await using var visitor = await fleet.VisitAsync(Look.Default with { Theme = "dark" });
        await visitor.GoAsync(new Uri(link).PathAndQuery + new Uri(link).Fragment);
        await visitor.Heading("Welcome to ThinkWatch").WaitForAsync();
        await visitor.Page.GetByLabel("New password").FillAsync("Harbour-Light-2042");
        await visitor.Page.GetByLabel("The same again").FillAsync("Harbour-Light-2042");
        await visitor.PictureAsync("invitation");
        (await visitor.AxeAsync()).ShouldBeEmpty();
        await visitor.Button("Set password").ClickAsync();
        await visitor.Page.GetByText("Your password is set").WaitForAsync();
        await visitor.SignInAsync("hopper@example.test", "Harbour-Light-2042");
        (await visitor.Link("Users").CountAsync()).ShouldBe(0, "a developer administers nobody");
        await visitor.GoAsync(new Uri(link).PathAndQuery + new Uri(link).Fragment);
        await visitor.Page.GetByLabel("New password").FillAsync("Harbour-Light-2043");
        await visitor.Page.GetByLabel("The same again").FillAsync("Harbour-Light-2043");
        await visitor.Button("Set password").ClickAsync();
        await visitor.Page.GetByText("This link does not work any more").WaitForAsync();

        await console.GoAsync("/admin/users?q=hopper&kind=person");
        await console.Row("hopper@example.test").GetByText("Active").WaitForAsync();
        await console.Button("Actions for Amazing Grace").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Disable" }).ClickAsync();
        await console.Row("hopper@example.test").GetByText("Disabled").WaitForAsync();
        await visitor.GoAsync("/");
        await visitor.Heading("Sign in to ThinkWatch").WaitForAsync();

        await console.Button("Actions for Amazing Grace").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync("hopper@example.test");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await console.GoneAsync("hopper@example.test");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Deleted" }).ClickAsync();
        await console.Row("hopper@example.test").GetByText("Deleted").WaitForAsync();
        console.ShouldBeClean();
        visitor.ShouldBeClean();
    }

    [Theory]
    [InlineData("light", 1440)]
    [InlineData("dark", 360)]
    public async Task Drawer_TabByTab_TellsRolesPermissionsReasonsAndSessions(string theme, int width)
    {
        var look = new Look(theme, width, "en");
        var email = $"alan-{theme}@example.test";
        var id = await People.CreateAsync(fleet, email, "Alan Turing", "developer");
        await using var alan = await fleet.VisitAsync();
        await alan.SignInAsync(email, People.Password);
        await using var console = await fleet.SignInAsync(look);
        var page = console.Page;
        await console.GoAsync($"/admin/users?id={id}&tab=roles");

        await console.Dialog.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Viewer" });
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        var take = console.Button("Take away Viewer (Everywhere)");
        await take.ClickAsync();
        await Assertions.Expect(take).ToHaveCountAsync(0);
        await console.Button("Undo").ClickAsync();
        await take.WaitForAsync();
        await console.ShouldLookRightAsync("user-roles");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Permissions" }).ClickAsync();
        await console.Dialog.GetByText("keys:create").WaitForAsync();
        await console.ShouldLookRightAsync("user-permissions");
        await console.Button("Why keys:create?").ClickAsync();
        await console.Dialog.GetByText("Yes, allowed").WaitForAsync();
        await console.Dialog.GetByLabel("May Alan Turing do this?").SelectOptionAsync("users:delete");
        await console.Dialog.GetByText("No, not allowed").WaitForAsync();
        await console.ShouldLookRightAsync("user-explain");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Sessions" }).ClickAsync();
        await console.Dialog.GetByText("Chrome").First.WaitForAsync();
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Sign out everywhere" }).ClickAsync();
        await console.Dialog.GetByText("Signed in nowhere").WaitForAsync();
        await alan.GoAsync("/");
        await alan.Heading("Sign in to ThinkWatch").WaitForAsync();

        await page.GetByRole(AriaRole.Tab, new() { Name = "Profile" }).ClickAsync();
        await page.GetByLabel("Display name").FillAsync("Alan M. Turing");
        await console.Button("Save changes").ClickAsync();
        await console.Dialog.GetByText("Alan M. Turing").First.WaitForAsync();
        await console.ShouldLookRightAsync("user-profile");
        console.ShouldBeClean();
    }

    [Fact]
    public async Task PasswordReset_ByTemporaryPassword_MustBeChangedFirst()
    {
        await People.CreateAsync(fleet, "barbara@example.test", "Barbara Liskov", "developer");
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/admin/users?q=barbara");
        await console.Button("Actions for Barbara Liskov").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Reset password" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "Temporary password" }).ClickAsync();
        await console.Button("Set password").ClickAsync();
        await console.Button("Reveal").ClickAsync();
        var temporary = await page.GetByLabel("Temporary password", new() { Exact = true }).InnerTextAsync();

        await using var barbara = await fleet.VisitAsync();
        await barbara.SignInAsync("barbara@example.test", temporary);
        await barbara.Page.GetByText("Choose another password first.").WaitForAsync();
        await barbara.GoAsync("/api-keys");
        await barbara.Heading("Your profile").WaitForAsync();
        await barbara.Page.GetByLabel("Present password").FillAsync(temporary);
        await barbara.Page.GetByLabel("New password").FillAsync("Harbour-Light-2042");
        await barbara.Page.GetByLabel("The same again").FillAsync("Harbour-Light-2042");
        await barbara.Button("Change password").ClickAsync();
        await Assertions.Expect(barbara.Page.GetByText("Choose another password first.")).ToHaveCountAsync(0);
        await barbara.GoAsync("/api-keys");
        await barbara.Heading("API keys").WaitForAsync();
        barbara.ShouldBeClean();
    }
}
