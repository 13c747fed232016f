using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>A rule set over REST, felt by a client of the gateway a moment later.</summary>
[Collection(FleetCollection.Name)]
public sealed class RefusalTests(FleetFixture fixture)
{
    private const int Allowed = 3;

    [Fact]
    public async Task Key_PastItsRule_IsRefusedWithTheRulesLabelAndLeavesARow()
    {
        var cancel = TestContext.Current.CancellationToken;
        var key = await fixture.Admin.PostAsync("/api/keys", new { name = "limited", surfaces = new[] { "ai_gateway" } }, cancel);
        var rule = await fixture.Admin.PostAsync(
            $"/api/admin/limits/api_key/{key.GetProperty("id").GetString()}/rules",
            new { surface = "ai_gateway", metric = "requests", window_secs = 3600, max_count = Allowed },
            cancel);
        rule.GetProperty("label").GetString().ShouldBe("api_key:requests/1h");

        using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.GetProperty("key").GetString());
        await UntilLimitedAsync(client, cancel);
        using var refused = await RefusedAsync(client, cancel);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 3600);
        var error = (await refused.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe("api_key:requests/1h");
        var row = await fixture.Admin.LogRowAsync(refused.Headers.GetValues("x-request-id").Single(), cancel);
        row.GetProperty("outcome").GetString().ShouldBe("limited");
        row.GetProperty("status").GetInt32().ShouldBe(429);
    }

    [Fact]
    public async Task Rule_OfSomebodyWhoIsNotThere_Is404()
    {
        using var answer = await fixture.Admin.Console.PostAsJsonAsync(
            $"/api/admin/limits/user/{Guid.CreateVersion7()}/rules",
            new { surface = "ai_gateway", metric = "requests", window_secs = 60, max_count = 1 },
            TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Rule_WithEveryFieldWrong_NamesEveryField()
    {
        var me = await fixture.Admin.GetAsync("/api/auth/me", TestContext.Current.CancellationToken);
        using var answer = await fixture.Admin.Console.PostAsJsonAsync(
            $"/api/admin/limits/user/{me.GetProperty("id").GetString()}/rules",
            new { surface = "x", metric = "y", window_secs = 7, max_count = -1 },
            TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("errors");
        errors.EnumerateObject().Select(static e => e.Name).ShouldBe(["surface", "metric", "window_secs", "max_count"], ignoreOrder: true);
    }

    /// <summary>
    /// The rule is in force once its change has been heard; from then on at most <see cref="Allowed"/> checked calls pass. A busy machine may let a
    /// check pass its deadline, and the call with it, as declared; that counts are exact is shown where nothing can time out.
    /// </summary>
    private static async Task UntilLimitedAsync(HttpClient client, CancellationToken cancel)
    {
        var counted = 0;
        for (var call = 0; call < 200; call++)
        {
            using var answer = await CallAsync(client, cancel);
            if (answer.Headers.Contains("x-ratelimit-limit-requests")) counted++;
            if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
            (counted - 1).ShouldBeLessThanOrEqualTo(Allowed);
            return;
        }

        throw new TimeoutException("The rule never came into force.");
    }

    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient client, CancellationToken cancel)
    {
        for (var call = 0; call < 20; call++)
        {
            var answer = await CallAsync(client, cancel);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) return answer;
            answer.Dispose();
        }

        throw new TimeoutException("The spent rule let twenty calls pass.");
    }

    private static Task<HttpResponseMessage> CallAsync(HttpClient client, CancellationToken cancel) => client.PostAsJsonAsync(
        "/v1/chat/completions", new { model = "sim-chat", messages = new[] { new { role = "user", content = "x" } } }, cancel);
}
