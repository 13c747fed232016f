namespace ThinkWatch.Browser.Tests;

/// <summary>Every page in both themes, wide and narrow: looked at by axe, kept as a picture for people to look at.</summary>
public sealed class LookTests(FleetFixture fleet)
{
    private static readonly (string Name, string Path)[] _pages =
    [
        ("home", "/"), ("providers", "/gateway/providers"), ("provider-new", "/gateway/providers?dialog=new"), ("models", "/gateway/models"),
        ("model-new", "/gateway/models?dialog=new"), ("guide", "/gateway/guide"), ("keys", "/api-keys"), ("key-new", "/api-keys?dialog=new"), ("model-limits", "/gateway/models?dialog=limits:sim-gpt"), ("logs", "/gateway/logs"),
        ("playground", "/gateway/playground?model=sim-gpt"), ("playground-compare", "/gateway/playground?model=sim-gpt&with=sim-tools&surface=messages"),
        ("security", "/gateway/security"), ("security-rule", "/gateway/security?dialog=new"), ("security-patterns", "/gateway/security?view=patterns"),
        ("users", "/admin/users"), ("user-new", "/admin/users?dialog=new"), ("teams", "/admin/teams"), ("team-new", "/admin/teams?dialog=new"),
        ("roles", "/admin/roles"), ("role-new", "/admin/roles?id=new"), ("role-new-json", "/admin/roles?id=new&view=json"), ("roles-import", "/admin/roles?dialog=import"),
        ("profile", "/profile"), ("limits-bulk", "/admin/limits"), ("notifications", "/admin/notifications"),
        ("sso", "/admin/sso"), ("sso-new", "/admin/sso?step=provider"),
    ];

    [Theory]
    [InlineData("light", 1440, "en")]
    [InlineData("dark", 1440, "zh")]
    [InlineData("light", 360, "zh")]
    [InlineData("dark", 360, "en")]
    public async Task Pages_InEveryLook_AreAccessibleAndFitTheWindow(string theme, int width, string locale)
    {
        var look = new Look(theme, width, locale);
        await using var console = await fleet.SignInAsync(look);
        var found = new List<string>();
        foreach (var (name, path) in _pages)
        {
            await console.GoAsync(path);
            await CheckAsync(console, name, found);
        }

        await console.GoAsync(new Uri((await fleet.SetUpAsync()).LogUrl).PathAndQuery);
        await CheckAsync(console, "log-detail", found);
        found.ShouldBeEmpty();
        console.ShouldBeClean();
    }

    [Theory]
    [InlineData("light", 1440, "zh")]
    [InlineData("dark", 360, "en")]
    public async Task SignIn_InEveryLook_IsAccessible(string theme, int width, string locale)
    {
        await fleet.SetUpAsync();
        await using var console = await fleet.VisitAsync(new Look(theme, width, locale));
        var found = new List<string>();
        await console.GoAsync("/login");
        await CheckAsync(console, "login", found);
        await console.GoAsync("/reset#a-token");
        await CheckAsync(console, "reset", found);
        await console.GoAsync("/invite");
        await CheckAsync(console, "invite-cut-off", found);
        found.ShouldBeEmpty();
        console.ShouldBeClean();
    }

    private static async Task CheckAsync(ConsolePage console, string name, List<string> found)
    {
        await console.Page.GetByRole(Microsoft.Playwright.AriaRole.Heading, new() { Level = 1 }).Or(console.Dialog).First.WaitForAsync();
        await console.SettleAsync();
        await console.PictureAsync(name);
        found.AddRange((await console.AxeAsync()).Select(finding => $"{name}: {finding}"));
        if (await console.OverflowAsync() is > 0 and var pixels) found.Add($"{name}: wider than the window by {pixels} px");
    }
}
