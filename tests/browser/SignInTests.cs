using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class SignInTests(FleetFixture fleet)
{
    [Fact]
    public async Task SignIn_WrongPassword_IsRefusedInWords()
    {
        await fleet.SetUpAsync();
        await using var console = await fleet.VisitAsync();
        await console.GoAsync("/login");
        await console.Page.GetByLabel("E-mail").FillAsync(SetupWalk.Email);
        await console.Page.GetByLabel("Password").FillAsync("Wrong-Marsh-4711");

        await console.Button("Sign in").ClickAsync();

        await console.Page.GetByRole(AriaRole.Alert).GetByText("E-mail or password is wrong.").WaitForAsync();
        console.Page.Url.ShouldContain("/login");
        console.ShouldBeClean();
    }

    [Fact]
    public async Task DeepLink_SignedOut_IsReachedAfterSigningIn()
    {
        await fleet.SetUpAsync();
        await using var console = await fleet.VisitAsync();
        await console.GoAsync("/gateway/logs?outcome=ok");
        await console.Page.GetByLabel("E-mail").FillAsync(SetupWalk.Email);
        await console.Page.GetByLabel("Password").FillAsync(SetupWalk.Password);

        await console.Button("Sign in").ClickAsync();

        await console.Heading("AI logs").WaitForAsync();
        console.Page.Url.ShouldContain("outcome=ok");
    }

    [Fact]
    public async Task SignOut_Chosen_EndsTheSession()
    {
        await using var console = await fleet.SignInAsync();
        await console.Button($"Account of {SetupWalk.Email}").ClickAsync();

        await console.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();

        await console.Heading("Sign in to ThinkWatch").WaitForAsync();
        await console.GoAsync("/api-keys");
        await console.Heading("Sign in to ThinkWatch").WaitForAsync();
    }

    [Fact]
    public async Task Session_ReadByScript_HoldsNoToken()
    {
        await using var console = await fleet.SignInAsync();

        var visible = await console.Page.EvaluateAsync<string>("() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })");

        visible.ShouldNotContain("eyJ");
        visible.ShouldNotContain("tw-");
        visible.ShouldNotContain("refresh");
    }
}
