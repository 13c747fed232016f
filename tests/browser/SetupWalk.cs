using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

/// <summary>The way of a newcomer through the wizard, and what came of it.</summary>
internal sealed record SetupWalk(string ApiKey, string Answer, string LogUrl, string Conversation)
{
    public const string Email = "ada@example.test";
    public const string Password = "Tidal-Marsh-4711";

    public const string Question = "Which quokkaword stands in this question?";

    public static async Task<SetupWalk> TakeAsync(FleetFixture fixture)
    {
        await using var console = await fixture.VisitAsync();
        var page = console.Page;
        await console.GoAsync("/");
        await console.Heading("Welcome to ThinkWatch").WaitForAsync();
        await page.GetByText("PostgreSQL").WaitForAsync();
        await console.PictureAsync("setup-1-welcome");
        await console.Button("Begin").ClickAsync();

        await page.GetByLabel("Your name").FillAsync("Ada Lovelace");
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("too-weak");
        await console.Button("Continue").ClickAsync();
        await page.GetByText("The password does not meet every rule below").WaitForAsync();
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await console.PictureAsync("setup-2-admin");
        await console.Button("Continue").ClickAsync();

        await page.GetByLabel("Site name").FillAsync("Quokka Works");
        await console.PictureAsync("setup-3-site");
        await console.Button("Create account").ClickAsync();

        await console.Heading("Connect something to call").WaitForAsync();
        await console.PictureAsync("setup-4-provider");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try with simulated models" }).ClickAsync();

        await console.Heading("Send your first request").WaitForAsync();
        await console.Button("Reveal").ClickAsync();
        var key = await page.GetByLabel("API key", new() { Exact = true }).InnerTextAsync();
        await console.Button("Hide").ClickAsync();
        await page.GetByLabel("Question").FillAsync(Question);
        await console.Button("Send").ClickAsync();
        await page.GetByText("Answered", new() { Exact = true }).WaitForAsync();
        var answer = await page.GetByRole(AriaRole.Region, new() { Name = "Answer" }).InnerTextAsync();
        await console.PictureAsync("setup-5-answered");

        await page.GetByRole(AriaRole.Link, new() { Name = "See it in the logs" }).ClickAsync();
        var conversation = console.Dialog.GetByRole(AriaRole.Tabpanel);
        await conversation.GetByText(Question, new() { Exact = true }).WaitForAsync();
        await console.PictureAsync("setup-6-row");
        console.ShouldBeClean();
        return new SetupWalk(key, answer.Trim(), page.Url, await conversation.InnerTextAsync());
    }
}
