using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using ThinkWatch.Tests;

namespace ThinkWatch.Browser.Tests;

/// <summary>What the bell tells, as far back as it goes, and where it is sent on.</summary>
public sealed class NotificationTests(FleetFixture fleet)
{
    private static readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Webhook_FromTheNavigation_IsSetTestedAndRemoved()
    {
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/");
        await console.Link("Notifications").ClickAsync();
        await console.Heading("Notifications").First.WaitForAsync();
        await page.GetByLabel("Address").FillAsync($"http://127.0.0.1:{FreePort.Take()}/hook");
        await page.GetByRole(AriaRole.Switch, new() { Name = "Private network" }).ClickAsync();
        await console.Button("Save changes").ClickAsync();
        await page.GetByText("Signing secret").First.WaitForAsync();

        await console.Button("Send a test").ClickAsync();
        await page.GetByText("Not taken").WaitForAsync();
        await console.ShouldLookRightAsync("notifications-webhook");
        await console.Button("Remove").ClickAsync();
        await console.Button("Remove").First.ClickAsync();
        await Assertions.Expect(page.GetByLabel("Address")).ToHaveValueAsync("");

        await console.GoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("notification", System.Text.RegularExpressions.RegexOptions.IgnoreCase) }).ClickAsync();
        await console.Button("Webhook").ClickAsync();
        await page.WaitForURLAsync("**/admin/notifications");
        console.ShouldBeClean();
    }

    [Fact]
    public async Task Bell_WithMoreThanOnePage_LoadsOlderOnes()
    {
        // Two keys with three budgets of one token each: one call crosses every threshold of all of them.
        using var management = Client(fleet.ConsoleUrl, (await fleet.SetUpAsync()).ApiKey);
        for (var number = 0; number < 2; number++)
        {
            using var made = await management.PostAsJsonAsync("/api/keys", new { name = $"noisy {number}", surfaces = new[] { "ai_gateway" } }, _cancel);
            var key = JsonElement.Parse(await made.Content.ReadAsStringAsync(_cancel));
            foreach (var period in new[] { "daily", "weekly", "monthly" })
            {
                using var set = await management.PostAsJsonAsync(
                    $"/api/admin/limits/api_key/{key.GetProperty("id").GetString()}/budgets", new { period, unit = "tokens", limit = "1", mode = "soft" }, _cancel);
                set.IsSuccessStatusCode.ShouldBeTrue(await set.Content.ReadAsStringAsync(_cancel));
            }

            await SpendAsync(key.GetProperty("key").GetString()!);
        }

        await ToldAsync(management, atLeast: 21);
        await using var console = await fleet.SignInAsync();
        var page = console.Page;
        await console.GoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("notification", System.Text.RegularExpressions.RegexOptions.IgnoreCase) }).ClickAsync();
        var entries = page.GetByRole(AriaRole.Region, new() { Name = "All notifications" }).Or(page.GetByRole(AriaRole.Dialog)).First.GetByRole(AriaRole.Listitem);
        await Assertions.Expect(entries).ToHaveCountAsync(20);
        await console.PictureAsync("bell");
        await console.Button("Load more").ClickAsync();
        await entries.Nth(20).WaitForAsync(); // and however many came meanwhile
        console.ShouldBeClean();
    }

    /// <summary>Calls until the rule is known and has refused.</summary>
    private async Task SpendAsync(string key)
    {
        using var client = Client(fleet.GatewayUrl, key);
        for (var call = 0; call < 100; call++)
        {
            using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-gpt", messages = new[] { new { role = "user", content = "x" } } }, _cancel);
            if ((int)answer.StatusCode == 429) return;
            await Task.Delay(100, _cancel);
        }

        throw new TimeoutException("The budget was never spent.");
    }

    private static async Task ToldAsync(HttpClient management, int atLeast)
    {
        for (var attempt = 0; attempt < 150; attempt++)
        {
            var page = JsonElement.Parse(await management.GetStringAsync("/api/notifications?limit=1000", _cancel));
            if (page.GetProperty("items").GetArrayLength() >= atLeast) return;
            await Task.Delay(200, _cancel);
        }

        throw new TimeoutException($"There were never {atLeast} notifications.");
    }

    private static HttpClient Client(Uri address, string key)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
