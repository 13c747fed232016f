using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Whom alerts reach, in the console and at a webhook, on a whole fleet.</summary>
[Collection(FleetCollection.Name)]
public sealed class NotificationTests(FleetFixture fixture)
{
    private const string Bell = "/api/notifications?limit=200";
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Budget_PassedAtAJump_IsToldOnceAThresholdInTheBellAndToTheWebhook()
    {
        await using var receiver = await WebhookReceiver.StartAsync(refuseFirst: 1);
        var set = await SetWebhookAsync(receiver.Url, allowPrivate: true);
        receiver.Secret = set.GetProperty("secret").GetString()!;
        set.GetProperty("webhook").TryGetProperty("secret", out _).ShouldBeFalse();

        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "jumpy", surfaces = new[] { "ai_gateway" } }, _cancel);
        var lineage = key.GetProperty("lineage_id").GetString()!;
        await fixture.Admin.PostAsync($"/api/admin/limits/api_key/{key.GetProperty("id").GetString()}/budgets", new { period = "daily", unit = "tokens", limit = 1 }, _cancel);
        await CallUntilAsync(key.GetProperty("key").GetString()!, HttpStatusCode.TooManyRequests);

        var told = await UntilAsync(async () => await OfAsync(fixture.Admin.Console, lineage), static found => found.Count >= 4);
        told.Select(Threshold).Order().ShouldBe([50, 80, 95, 100]);
        told[0].GetProperty("subject_name").GetString().ShouldBe("jumpy");
        told[0].GetProperty("details").GetProperty("unit").GetString().ShouldBe("weighted_tokens");

        var sent = await UntilAsync(() => Task.FromResult(receiver.Accepted(lineage)), static found => found.Count >= 4);
        sent.Select(static m => m.GetProperty("id").GetString()).ShouldBe(told.Select(static n => n.GetProperty("id").GetString()), ignoreOrder: true);
        receiver.Refused.ShouldBe(1, "what was answered 500 came again");
        receiver.BadSignatures.ShouldBe(0);
        await CallUntilAsync(key.GetProperty("key").GetString()!, HttpStatusCode.TooManyRequests);
        (await OfAsync(fixture.Admin.Console, lineage)).Count.ShouldBe(4);

        var first = told[0].GetProperty("id").GetString();
        using var read = await fixture.Admin.Console.PostAsJsonAsync("/api/notifications/read", new { ids = new[] { first } }, _cancel);
        read.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await OfAsync(fixture.Admin.Console, lineage)).Where(static n => n.GetProperty("read").GetBoolean()).Select(static n => n.GetProperty("id").GetString()).ShouldBe([first]);
        using var all = await fixture.Admin.Console.PostAsJsonAsync("/api/notifications/read", new { all = true }, _cancel);
        (await fixture.Admin.GetAsync(Bell, _cancel)).GetProperty("unread").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Notification_IsSeenByItsOwnerAndByManagersOfTheTeam_AndByNobodyElse()
    {
        var team = (await fixture.Admin.PostAsync("/api/admin/teams", new { name = $"Alerted {Guid.NewGuid():N}" }, _cancel)).GetProperty("id").GetString()!;
        var (owner, manager, stranger) = (await PersonAsync("developer"), await PersonAsync(null), await PersonAsync("developer"));
        await MemberAsync(team, owner.Id, manager: false);
        await MemberAsync(team, manager.Id, manager: true);
        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "of the team", surfaces = new[] { "ai_gateway" }, user_id = owner.Id, team_id = team, expires_in_days = 1 }, _cancel);
        var lineage = key.GetProperty("lineage_id").GetString()!;
        await fixture.Admin.PostAsync($"/api/admin/limits/api_key/{lineage}/budgets", new { period = "daily", unit = "tokens", limit = 1 }, _cancel);
        await CallUntilAsync(key.GetProperty("key").GetString()!, HttpStatusCode.TooManyRequests);

        await UntilAsync(async () => await OfAsync(fixture.Admin.Console, lineage), static found => found.Count(IsBudget) == 4);
        (await OfAsync(owner.Console, lineage)).Count(IsBudget).ShouldBe(4);
        (await OfAsync(manager.Console, lineage)).Count(IsBudget).ShouldBe(4);
        (await OfAsync(stranger.Console, lineage)).ShouldBeEmpty();

        // What another may not see they cannot mark either; what one has read the other has not.
        using var marked = await owner.Console.PostAsJsonAsync("/api/notifications/read", new { all = true }, _cancel);
        (await OfAsync(manager.Console, lineage)).ShouldAllBe(static n => !n.GetProperty("read").GetBoolean());

        // Identity's janitor passes once a minute.
        var warned = await UntilAsync(async () => await OfAsync(owner.Console, lineage), static found => found.Any(static n => Type(n) == "api_key.expiring"), seconds: 120);
        warned.Single(static n => Type(n) == "api_key.expiring").GetProperty("details").GetProperty("days_left").GetInt32().ShouldBe(1);
        (await OfAsync(stranger.Console, lineage)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Webhook_TowardsAPrivateAddress_IsRefusedUnlessItIsAllowed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        using var refused = await fixture.Admin.Console.PutAsJsonAsync("/api/admin/notifications/webhook", new { url = receiver.Url }, _cancel);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        // A name that leads inside is only known at the moment of connecting.
        await SetWebhookAsync(receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), allowPrivate: false);
        var tested = await fixture.Admin.PostAsync("/api/admin/notifications/webhook/test", new { }, _cancel);
        tested.GetProperty("accepted").GetBoolean().ShouldBeFalse();
        receiver.Received.ShouldBe(0);

        receiver.Secret = (await SetWebhookAsync(receiver.Url, allowPrivate: true, newSecret: true)).GetProperty("secret").GetString()!;
        (await fixture.Admin.PostAsync("/api/admin/notifications/webhook/test", new { }, _cancel)).GetProperty("accepted").GetBoolean().ShouldBeTrue();
        receiver.BadSignatures.ShouldBe(0);
        using var removed = await fixture.Admin.Console.DeleteAsync("/api/admin/notifications/webhook", _cancel);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private async Task<JsonElement> SetWebhookAsync(string url, bool allowPrivate, bool newSecret = true)
    {
        using var answer = await fixture.Admin.Console.PutAsJsonAsync(
            "/api/admin/notifications/webhook", new { url, allow_private_network = allowPrivate, new_secret = newSecret }, _cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(_cancel));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(_cancel);
    }

    private async Task<List<JsonElement>> OfAsync(HttpClient console, string subject)
    {
        var page = await console.GetFromJsonAsync<JsonElement>(Bell, _cancel);
        return [.. page.GetProperty("items").EnumerateArray().Where(n => n.GetProperty("subject_id").GetString() == subject)];
    }

    private async Task<(string Id, HttpClient Console)> PersonAsync(string? role)
    {
        var user = await fixture.Admin.PostAsync(
            "/api/admin/users",
            new { email = $"{Guid.NewGuid():N}@example.test", display_name = "P", password = "Tidal-Marsh-4711", roles = role is null ? [] : new[] { role } }, _cancel);
        var id = user.GetProperty("id").GetString()!;
        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "console", surfaces = new[] { "console" }, user_id = id }, _cancel);
        var console = new HttpClient { BaseAddress = fixture.Fleet.Console };
        console.DefaultRequestHeaders.Authorization = new("Bearer", key.GetProperty("key").GetString());
        return (id, console);
    }

    private async Task MemberAsync(string team, string user, bool manager)
    {
        using var answer = await fixture.Admin.Console.PutAsJsonAsync($"/api/admin/teams/{team}/members/{user}", new { manager }, _cancel);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private async Task CallUntilAsync(string key, HttpStatusCode status)
    {
        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        await UntilAsync(
            async () =>
            {
                using var answer = await client.PostAsJsonAsync("/v1/chat/completions", new { model = "sim-chat", messages = new[] { new { role = "user", content = "x" } } }, _cancel);
                return answer.StatusCode;
            },
            found => found == status);
    }

    private async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isDone, int seconds = 30)
    {
        var giveUp = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var found = await look();
            if (isDone(found)) return found;
            if (DateTime.UtcNow > giveUp) throw new TimeoutException($"After {seconds} s it is still {found}.");
            await Task.Delay(100, _cancel);
        }
    }

    private static string Type(JsonElement notification) => notification.GetProperty("type").GetString()!;

    private static bool IsBudget(JsonElement notification) => Type(notification) == "budget.threshold_crossed";

    private static int Threshold(JsonElement notification) => notification.GetProperty("details").GetProperty("threshold_pct").GetInt32();
}
