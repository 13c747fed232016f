using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace ThinkWatch.Browser.Tests;

/// <summary>Limits beside what they limit, and the bell that tells of them.</summary>
public sealed class LimitsPanelTests(FleetFixture fleet)
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule_SetOnAKey_ShowsItsUseUntilItRefuses_AndIsRemoved()
    {
        await using var console = await fleet.SignInAsync();
        var (id, secret) = await CreateKeyAsync(console, "limited key");
        await console.GoAsync($"/api-keys?dialog=limits:{id}");
        await console.Button("Add limit").ClickAsync();
        await console.Page.GetByLabel("At most (requests)").FillAsync("3");
        await console.Page.GetByLabel("In any").SelectOptionAsync(["86400"]);
        await console.Button("Set limit").ClickAsync();
        var rule = console.Page.GetByRole(AriaRole.Listitem, new() { Name = "Requests in 1 day" });
        await Assertions.Expect(rule).ToContainTextAsync("0 of 3 requests");
        await Assertions.Expect(rule).ToContainTextAsync("Room left");

        await CallUntilAsync(secret, HttpStatusCode.TooManyRequests);
        await Assertions.Expect(rule).ToContainTextAsync("3 of 3 requests");
        await Assertions.Expect(rule).ToContainTextAsync("Used up");
        await Assertions.Expect(rule.GetByRole(AriaRole.Meter)).ToHaveAttributeAsync("aria-valuenow", "100");
        (await console.AxeAsync()).ShouldBeEmpty();
        await console.PictureAsync("limits-full");

        await console.Button("Remove Requests in 1 day").ClickAsync();
        await console.Button("Remove").ClickAsync();
        await console.Page.GetByText("No limit of its own").WaitForAsync();
        await CallUntilAsync(secret, HttpStatusCode.OK);
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Budget_ThatIsUsedUp_RingsTheBell_WhichLeadsToIt()
    {
        await using var console = await fleet.SignInAsync();
        var (id, secret) = await CreateKeyAsync(console, "thrifty key");
        await SendAsync(console, $"/api/admin/limits/api_key/{id}/budgets", new { period = "daily", unit = "tokens", limit = 1 });
        await CallUntilAsync(secret, HttpStatusCode.TooManyRequests);

        var entry = console.Page.GetByRole(AriaRole.Button, new() { Name = "Budget of thrifty key: 100% used" });
        for (var attempt = 0; attempt < 30; attempt++)
        {
            await console.GoAsync("/gateway/providers");
            await console.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("notification", System.Text.RegularExpressions.RegexOptions.IgnoreCase) }).First.ClickAsync();
            await console.SettleAsync();
            if (await entry.CountAsync() > 0) break;
            await Task.Delay(500, _cancel);
        }

        (await console.AxeAsync()).ShouldBeEmpty();
        await console.PictureAsync("bell");
        await entry.ClickAsync();
        await Assertions.Expect(console.Dialog.GetByText("Used up")).ToBeVisibleAsync();
        console.Page.Url.ShouldContain("/api-keys?dialog=limits");
        console.ShouldBeClean();
    }

    [Fact]
    public async Task DryRun_OfAKey_NamesTheLimitsThatItsCallsMeet()
    {
        await using var console = await fleet.SignInAsync();
        var (id, _) = await CreateKeyAsync(console, "tried key");
        await SendAsync(console, $"/api/admin/limits/api_key/{id}/rules", new { surface = "ai_gateway", metric = "tokens", window_secs = 3600, max_count = 250_000, mode = "strict" });
        await console.GoAsync($"/api-keys?dialog=limits:{id}");
        await console.Button("Dry run").ClickAsync();
        await console.Button("Show limits").ClickAsync();
        var found = console.Page.GetByRole(AriaRole.List, new() { Name = "Limits that apply" });
        await Assertions.Expect(found).ToContainTextAsync("0 of 250K weighted tokens");
        await Assertions.Expect(found).ToContainTextAsync("of the key");
        (await console.AxeAsync()).ShouldBeEmpty();
        console.ShouldBeClean();
    }

    private async Task<(string Id, string Secret)> CreateKeyAsync(ConsolePage console, string name)
    {
        var key = await SendAsync(console, "/api/keys", new { name, surfaces = new[] { "ai_gateway" } });
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }

    private async Task<JsonElement> SendAsync(ConsolePage console, string path, object body)
    {
        var answer = await console.Page.APIRequest.PostAsync(
            new Uri(fleet.ConsoleUrl, path).ToString(), new() { DataObject = body, Headers = [new("x-requested-with", "test")] });
        answer.Ok.ShouldBeTrue(await answer.TextAsync());
        return (await answer.JsonAsync())!.Value;
    }

    private async Task CallUntilAsync(string key, HttpStatusCode status)
    {
        using var client = new HttpClient { BaseAddress = fleet.GatewayUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        for (var call = 0; call < 100; call++)
        {
            using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-gpt", messages = new[] { new { role = "user", content = "x" } } }, _cancel);
            if (answer.StatusCode == status) return;
            await Task.Delay(100, _cancel);
        }

        throw new TimeoutException($"It was never {status}.");
    }
}
