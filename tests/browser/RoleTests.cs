using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class RoleTests(FleetFixture fleet)
{
    [Theory]
    [InlineData("light", 1440)]
    [InlineData("dark", 360)]
    public async Task Role_MadeAsFormChangedAsJsonAndDeleted_KeepsItsHistoryAndItsHolders(string theme, int width)
    {
        var name = $"auditor_{theme}";
        await using var console = await fleet.SignInAsync(new Look(theme, width, "en"));
        var page = console.Page;
        await console.GoAsync("/admin/roles?id=new");
        await page.GetByLabel("Display name").FillAsync($"Auditor {theme}");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await Assertions.Expect(console.Button("Create role").Last).ToBeDisabledAsync();
        await page.GetByLabel("Find a permission").FillAsync("audit:read");
        await page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new("^audit:read(?!_)") }).ClickAsync();
        await console.ShouldLookRightAsync("role-form");
        await console.Button("Create role").Last.ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "History" }).WaitForAsync();

        await page.GetByRole(AriaRole.Radio, new() { Name = "JSON" }).ClickAsync();
        var editor = page.GetByRole(AriaRole.Textbox, new() { Name = "Policy as JSON" });
        await WriteAsync(editor, """{ "version": 1, "statements": [ { "effect": "allow", "actions": ["audit:fly"] } ] }""");
        await page.GetByText("“audit:fly” names no permission").WaitForAsync();
        await console.ShouldLookRightAsync("role-json-fault");
        await WriteAsync(editor, """{ "version": 1, "statements": [ { "effect": "allow", "actions": ["audit:read"], "resources": ["model:gpt*"] } ] }""");
        await console.Button("Save changes").ClickAsync();
        // What only the server knows is said at the place that it names.
        await page.GetByText("does not fit").WaitForAsync();
        await WriteAsync(editor, """{ "version": 1, "statements": [ { "effect": "allow", "actions": ["audit:read", "logs:*"] } ] }""");
        await console.Button("Save changes").ClickAsync();
        await page.GetByText("Saved", new() { Exact = true }).Last.WaitForAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "History" }).ClickAsync();
        await console.Dialog.GetByText("Changed", new() { Exact = true }).WaitForAsync();
        await console.Dialog.GetByText(SetupWalk.Email).First.WaitForAsync();
        await console.Dialog.GetByText("\"logs:*\"").WaitForAsync();
        await console.ShouldLookRightAsync("role-history");

        await People.CreateAsync(fleet, $"holder-{theme}@example.test", $"Holder {theme}", name);
        await console.GoAsync($"/admin/roles?q={name}");
        await console.Button($"Actions for Auditor {theme}").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        var delete = console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" });
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync(name);
        await Assertions.Expect(delete).ToBeDisabledAsync();
        await page.GetByLabel("Their role from now on").SelectOptionAsync(new SelectOptionValue { Label = "Viewer" });
        (await console.AxeAsync()).ShouldBeEmpty();
        await delete.ClickAsync();
        await console.GoneAsync(name);
        await console.GoAsync($"/admin/users?q=holder-{theme}");
        await console.Row($"holder-{theme}").GetByText("viewer", new() { Exact = true }).WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Import_OfAFile_IsShownBeforeItIsDone()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/admin/roles?dialog=import");
        await page.GetByLabel("Or paste it here").FillAsync("""{"version":1,"roles":[{"name":"reader","display_name":"Reader","description":"","policy":{"version":1,"statements":[{"effect":"allow","actions":["models:read"],"resources":null}]}}]}""");
        await console.Button("Preview").ClickAsync();
        await console.Dialog.GetByText("New", new() { Exact = true }).WaitForAsync();
        (await console.AxeAsync()).ShouldBeEmpty();
        await console.PictureAsync("role-import");
        await console.Button("Cancel").ClickAsync();
        await page.GetByLabel("Search roles").FillAsync("reader");
        await page.GetByText("Nothing matches").WaitForAsync();

        await console.GoAsync("/admin/roles?dialog=import");
        await page.GetByLabel("Or paste it here").FillAsync("""{"version":1,"roles":[{"name":"reader","display_name":"Reader","description":"","policy":{"version":1,"statements":[{"effect":"allow","actions":["models:read"],"resources":null}]}}]}""");
        await console.Button("Preview").ClickAsync();
        await console.Button("Import 1 change").ClickAsync();
        await console.Row("reader").WaitForAsync();
        console.ShouldBeClean();
    }

    [Fact]
    public async Task BuiltInRole_Cloned_BecomesOneToChange()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/admin/roles?q=super");
        await console.Button("Super administrator").ClickAsync();
        await console.Dialog.GetByText("Clone it to change what it allows.").WaitForAsync();
        await console.Button("Close").ClickAsync();
        await console.Button("Actions for Super administrator").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Clone" }).ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Clone" }).ClickAsync();
        await console.Button("Save changes").WaitForAsync();
        (await page.GetByLabel("Name", new() { Exact = true }).InputValueAsync()).ShouldBe("super_admin_copy");
        console.ShouldBeClean();
    }

    // Emptied first: a browser that replaces coloured text keeps its colour by an inline style, which the security policy refuses, aloud.
    private static async Task WriteAsync(ILocator editor, string text)
    {
        await editor.PressAsync("Control+a");
        await editor.PressAsync("Delete");
        await editor.Page.Keyboard.InsertTextAsync(text);
    }
}
