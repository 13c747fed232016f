using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ThinkWatch.Tests;

namespace ThinkWatch.Browser.Tests;

/// <summary>Single sign-on by the console alone: from an empty page to people who come in through the provider, and back to none.</summary>
public sealed partial class SsoTests(FleetFixture fleet)
{
    private const string Button = "Sign in with Acme ID";

    [Fact]
    public async Task Wizard_TestedAndActivated_LetsPeopleInByTheButton()
    {
        await fleet.SetUpAsync();
        await using var provider = await OpenIdProvider.StartAsync(fleet.ConsoleUrl);
        await provider.AccountAsync("grace", new { name = "Grace Hopper", email = "grace@example.test", email_verified = true, groups = new[] { "watchers" } });
        await provider.AccountAsync("eve", new { name = "Eve", email = "eve@example.test", email_verified = false });
        await provider.AccountAsync("ada", new { name = "Ada", email = SetupWalk.Email, email_verified = true });

        await using var admin = await fleet.SignInAsync();
        await SetUpAsync(admin, provider);
        await TestAndActivateAsync(admin);
        await ComeAndGoAsync(provider);
        await LinkAsync();
        await UnlinkAsync(admin);
        await RemoveAsync(admin);
    }

    private static async Task SetUpAsync(ConsolePage console, OpenIdProvider provider)
    {
        var page = console.Page;
        await console.GoAsync("/");
        await console.Link("Single sign-on").ClickAsync();
        await page.GetByText("Single sign-on is not set up").WaitForAsync();
        await LookAsync(console, "sso-0-empty");
        await console.Button("Set up").ClickAsync();
        await page.GetByLabel("Issuer").FillAsync(provider.Issuer);
        await console.Button("Ask the provider").ClickAsync();
        await page.GetByRole(AriaRole.Alert).First.WaitForAsync();
        await page.GetByRole(AriaRole.Switch, new() { Name = "The provider is in a private network" }).ClickAsync();
        await console.Button("Ask the provider").ClickAsync();
        await page.GetByText("The provider answers").WaitForAsync();
        await LookAsync(console, "sso-1-provider");
        await console.Button("Continue").ClickAsync();

        await page.GetByLabel("Client ID").FillAsync(OpenIdProvider.ClientId);
        await page.GetByLabel("Client secret").FillAsync(OpenIdProvider.ClientSecret);
        await page.GetByLabel("Name on the login page").FillAsync("Acme ID");
        await page.GetByLabel("Scopes").FillAsync("openid profile email groups");
        await LookAsync(console, "sso-2-client");
        await console.Button("Continue").ClickAsync();

        await console.Button("Add a group").ClickAsync();
        await page.GetByLabel("Group", new() { Exact = true }).FillAsync("watchers");
        await page.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync("viewer");
        await LookAsync(console, "sso-3-people");
        await console.Button("Save changes").ClickAsync();
        await page.GetByText("Not offered").WaitForAsync();
        console.ShouldBeClean();
    }

    private static async Task TestAndActivateAsync(ConsolePage console)
    {
        var page = console.Page;
        await Assertions.Expect(console.Button("Activate")).ToBeDisabledAsync();
        await console.Button("Test the sign-in").ClickAsync();
        await AtProviderAsync(console, "eve");
        await page.GetByText("Your provider has not verified your e-mail address.").WaitForAsync();
        // The provider remembers who signed in there.
        await page.Context.ClearCookiesAsync(new() { NameRegex = ProviderCookies() });
        await console.Button("Test the sign-in").ClickAsync();
        await AtProviderAsync(console, "grace");
        await page.GetByText("The sign-in works").WaitForAsync();
        await page.GetByText("watchers").WaitForAsync();
        await LookAsync(console, "sso-4-tested");
        await console.Button("Activate").ClickAsync();
        await page.GetByText("Active", new() { Exact = true }).WaitForAsync();
        await LookAsync(console, "sso-5-active");
    }

    private async Task ComeAndGoAsync(OpenIdProvider provider)
    {
        await using var console = await fleet.VisitAsync();
        var page = console.Page;
        await console.GoAsync("/api-keys");
        await console.Link(Button).WaitForAsync();
        await LookAsync(console, "sso-login");
        console.ShouldBeClean();
        await console.Link(Button).ClickAsync();
        await AtProviderAsync(console, "cancel");
        await page.GetByText("The sign-in was cancelled").WaitForAsync();
        await LookAsync(console, "sso-login-refused");

        await console.GoAsync("/api-keys");
        await console.Link(Button).ClickAsync();
        await AtProviderAsync(console, "grace");
        await console.Heading("API keys").WaitForAsync();
        await console.Button("Account of grace@example.test").ClickAsync();
        await page.GetByText("developer, viewer").WaitForAsync();

        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(url => url.StartsWith(provider.Issuer, StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, sign me out" }).ClickAsync();
        await console.Heading("Sign in to ThinkWatch").WaitForAsync();
        await console.Link(Button).ClickAsync();
        await page.GetByLabel("Login").WaitForAsync();
    }

    private async Task LinkAsync()
    {
        await using var console = await fleet.VisitAsync(new Look("dark", 1440, "en"));
        var page = console.Page;
        await console.GoAsync("/login");
        await console.Link(Button).WaitForAsync();
        await LookAsync(console, "sso-login");
        await console.Link(Button).ClickAsync();
        await AtProviderAsync(console, "ada");
        await console.Heading("Link your account").WaitForAsync();
        await LookAsync(console, "sso-link");
        await page.GetByLabel("Password").FillAsync("Wrong-Marsh-4711");
        await console.Button("Link and sign in").ClickAsync();
        await page.GetByText("The password is wrong").WaitForAsync();
        await page.GetByLabel("Password").FillAsync(SetupWalk.Password);
        await console.Button("Link and sign in").ClickAsync();
        await console.Button($"Account of {SetupWalk.Email}").WaitForAsync();
        await console.GoAsync("/admin/sso");
        await page.GetByText("Active", new() { Exact = true }).WaitForAsync();
        await LookAsync(console, "sso-5-active");
    }

    /// <summary>Grace came by the provider alone: she gets a password before her account is taken off it.</summary>
    private static async Task UnlinkAsync(ConsolePage console)
    {
        var page = console.Page;
        await console.GoAsync("/admin/users");
        await console.Row("grace@example.test").GetByText("SSO", new() { Exact = true }).WaitForAsync();
        await LookAsync(console, "users-sso");
        await page.GetByLabel("How they sign in").SelectOptionAsync("sso");
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(3); // its head, Ada and Grace
        await console.Button("Grace Hopper").ClickAsync();

        await console.Button("Unlink").ClickAsync();
        await page.GetByText("Their only way to sign in").WaitForAsync();
        await LookAsync(console, "user-unlink-refused");
        await console.Button("Give a password").ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "Temporary password" }).ClickAsync();
        await console.Button("Set password").ClickAsync();
        await console.Button("I have passed it on").ClickAsync();

        await console.Button("Unlink").ClickAsync();
        await page.GetByLabel("to confirm").FillAsync("grace@example.test");
        await LookAsync(console, "user-unlink");
        await console.Button("Unlink").Last.ClickAsync();
        await console.Dialog.GetByText("Not linked").WaitForAsync();
        await page.GetByLabel("Display name").FillAsync("Rear Admiral Hopper");
        await console.Button("Save changes").ClickAsync();
        await console.Heading("Rear Admiral Hopper").Or(console.Dialog.GetByText("Rear Admiral Hopper")).First.WaitForAsync();
        await console.Button("Close").First.ClickAsync();
        await Assertions.Expect(console.Row("grace@example.test")).ToHaveCountAsync(0);
    }

    private async Task RemoveAsync(ConsolePage console)
    {
        await console.GoAsync("/admin/sso");
        await console.Button("Deactivate").ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync("Acme ID");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Deactivate" }).ClickAsync();
        await console.Page.GetByText("Not offered").WaitForAsync();
        await console.Button("Delete").ClickAsync();
        await console.Dialog.GetByRole(AriaRole.Textbox).FillAsync("Acme ID");
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await console.Page.GetByText("Single sign-on is not set up").WaitForAsync();

        await using var visitor = await fleet.VisitAsync();
        await visitor.GoAsync("/login");
        await visitor.Button("Sign in").WaitForAsync();
        await visitor.SettleAsync();
        await Assertions.Expect(visitor.Link(Button)).ToHaveCountAsync(0);
    }

    private static async Task AtProviderAsync(ConsolePage console, string login)
    {
        await console.Page.GetByLabel("Login").FillAsync(login);
        await console.Button("Continue").ClickAsync();
    }

    private static async Task LookAsync(ConsolePage console, string name)
    {
        await console.SettleAsync();
        await console.PictureAsync(name);
        (await console.AxeAsync()).ShouldBeEmpty(name);
        (await console.OverflowAsync()).ShouldBeLessThanOrEqualTo(0, name);
    }

    [GeneratedRegex("^_(?!_)")]
    private static partial Regex ProviderCookies();
}
