using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

public sealed class ProfileTests(FleetFixture fleet)
{
    [Theory]
    [InlineData("light", 1440)]
    [InlineData("dark", 360)]
    public async Task SecondFactor_TurnedOnUsedAndTurnedOff_GuardsTheSignIn(string theme, int width)
    {
        var look = new Look(theme, width, "en");
        var email = $"edsger-{theme}@example.test";
        await People.CreateAsync(fleet, email, "Edsger Dijkstra", "developer");
        await using var console = await fleet.VisitAsync(look);
        var page = console.Page;
        await console.SignInAsync(email, People.Password);
        await console.GoAsync("/profile");
        await console.ShouldLookRightAsync("profile");
        await console.Button("Turn on two-factor").ClickAsync();
        await console.Dialog.GetByLabel("Password").FillAsync(People.Password);
        await console.Button("Continue").ClickAsync();
        await page.GetByRole(AriaRole.Img, new() { Name = "QR code for an authenticator app" }).WaitForAsync();
        await console.ShouldLookRightAsync("profile-enrol");
        var secret = await page.GetByLabel("Or type the secret").InnerTextAsync();
        await page.GetByLabel("One-time code").FillAsync("000000");
        await console.Button("Confirm and turn on").ClickAsync();
        await page.GetByText("This code is not right").WaitForAsync();
        await page.GetByLabel("One-time code").FillAsync(CodeOf(secret, ahead: 0));
        await console.Button("Confirm and turn on").ClickAsync();
        var codes = page.GetByRole(AriaRole.List, new() { Name = "Recovery codes" }).GetByRole(AriaRole.Listitem);
        await codes.First.WaitForAsync();
        var recovery = await codes.AllInnerTextsAsync();
        recovery.Count.ShouldBeGreaterThanOrEqualTo(8);
        await console.ShouldLookRightAsync("profile-recovery");
        await console.Button("I have stored it").ClickAsync();
        await page.GetByText("Signing in takes your password and a code").WaitForAsync();

        await using var elsewhere = await fleet.VisitAsync(look);
        await elsewhere.GoAsync("/login");
        await elsewhere.Page.GetByLabel("E-mail").FillAsync(email);
        await elsewhere.Page.GetByLabel("Password").FillAsync(People.Password);
        await elsewhere.Button("Sign in").ClickAsync();
        await elsewhere.Heading("One more step").WaitForAsync();
        await elsewhere.ShouldLookRightAsync("login-totp");
        await elsewhere.Page.GetByLabel("One-time code").FillAsync("000000");
        await elsewhere.Button("Sign in").ClickAsync();
        await elsewhere.Page.GetByText("This code is not right").WaitForAsync();
        await elsewhere.Button("Use a recovery code").ClickAsync();
        await elsewhere.Page.GetByLabel("Recovery code").FillAsync(recovery[0]);
        await elsewhere.Button("Sign in").ClickAsync();
        await elsewhere.Heading("Home").WaitForAsync();

        await console.GoAsync("/profile");
        await page.GetByText("This session").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^End the session on") }).First.ClickAsync();
        await page.GetByText("Session ended", new() { Exact = true }).First.WaitForAsync();
        await elsewhere.GoAsync("/");
        await elsewhere.Heading("Sign in to ThinkWatch").WaitForAsync();

        await console.Button("Turn off").ClickAsync();
        await page.GetByLabel("One-time code").FillAsync(CodeOf(secret, ahead: 1));
        await console.Dialog.GetByRole(AriaRole.Button, new() { Name = "Turn off" }).ClickAsync();
        await console.Button("Turn on two-factor").WaitForAsync();
        console.ShouldBeClean();
        elsewhere.ShouldBeClean();
    }

    [Fact]
    public async Task Password_Changed_IsTheOneThatSignsIn()
    {
        await People.CreateAsync(fleet, "donald@example.test", "Donald Knuth", "developer");
        await using var console = await fleet.VisitAsync();
        var page = console.Page;
        await console.SignInAsync("donald@example.test", People.Password);
        await console.Button("Account of donald@example.test").ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Your profile" }).ClickAsync();
        await page.GetByLabel("Present password").FillAsync("Wrong-Marsh-4711");
        await page.GetByLabel("New password").FillAsync("Harbour-Light-2042");
        await page.GetByLabel("The same again").FillAsync("Harbour-Light-2042");
        await console.Button("Change password").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Present password")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.GetByLabel("Present password").FillAsync(People.Password);
        await console.Button("Change password").ClickAsync();
        await page.GetByText("Password changed", new() { Exact = true }).First.WaitForAsync();
        console.ShouldBeClean();

        await using var elsewhere = await fleet.VisitAsync();
        await elsewhere.SignInAsync("donald@example.test", "Harbour-Light-2042");
    }

    // RFC 6238: SHA-1, thirty seconds, six digits. A code is good once, and one step ahead.
    private static string CodeOf(string secret, int ahead)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, (DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30) + ahead);
#pragma warning disable CA5350 // The algorithm is what authenticator apps speak.
        var hash = HMACSHA1.HashData(Base32(secret.Trim()), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Base32(string text)
    {
        var bits = string.Concat(text.Select(static c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
