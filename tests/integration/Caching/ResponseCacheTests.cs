using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using ThinkWatch.Integration.Tests.Resilience;

namespace ThinkWatch.Integration.Tests.Caching;

/// <summary>The same question twice, through the whole fleet.</summary>
[Collection(FleetCollection.Name)]
public sealed class ResponseCacheTests(FleetFixture fixture)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Question_AskedTwice_IsAnsweredFromTheCache_UnderARowOfItsOwn(bool stream)
    {
        await SwitchAsync(on: true);
        try
        {
            var question = $$"""{"model":"sim-gpt","temperature":0,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{Guid.NewGuid()}}"}]}""";
            var answers = new List<string>();
            using var first = await AskUntilAsync(question, "miss", answers);
            using var second = await AskUntilAsync(question.Replace("\"temperature\":0,", "", StringComparison.Ordinal).Replace("{\"model\"", "{ \"temperature\" : 0, \"model\"", StringComparison.Ordinal), "hit", answers);
            answers[..^1].ShouldContain(answers[^1]); // each has an id of its own, so it is one of those that were made
            second.Content.Headers.ContentType!.MediaType.ShouldBe(first.Content.Headers.ContentType!.MediaType);
            var row = await fixture.Admin.LogRowAsync(second.Headers.GetValues("x-request-id").Single(), Cancelled);
            row.GetProperty("outcome").GetString().ShouldBe("cached");
            row.GetProperty("status").GetInt32().ShouldBe(200);
            row.GetProperty("output_tokens").GetInt64().ShouldBe(0);
        }
        finally
        {
            await SwitchAsync(on: false);
        }
    }

    [Fact]
    public async Task Question_OfAnotherKey_IsNotAnsweredWithTheFirstOnesAnswer()
    {
        await SwitchAsync(on: true);
        try
        {
            var question = $$"""{"model":"sim-gpt","temperature":0,"messages":[{"role":"user","content":"{{Guid.NewGuid()}}"}]}""";
            (await AskUntilAsync(question, "hit")).Dispose();
            var other = await fixture.Admin.PostAsync("/api/keys", new { name = "another", surfaces = new[] { "ai_gateway" } }, Cancelled);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(question, Encoding.UTF8, "application/json") };
            using var client = new HttpClient { BaseAddress = fixture.Fleet.Gateway };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", other.GetProperty("key").GetString());
            using var answer = await client.SendAsync(request, Cancelled);
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancelled));
            answer.Headers.GetValues("x-cache").Single().ShouldBe("miss");
        }
        finally
        {
            await SwitchAsync(on: false);
        }
    }

    [Fact]
    public async Task Question_ThatWantsVariety_OrNoCache_GoesToItsProvider()
    {
        await SwitchAsync(on: true);
        try
        {
            var warm = $$"""{"model":"sim-gpt","messages":[{"role":"user","content":"{{Guid.NewGuid()}}"}]}""";
            // Without the setting everything is passed by.
            (await AskUntilAsync(warm.Replace("{\"model\"", "{\"temperature\":0,\"model\"", StringComparison.Ordinal), "miss")).Dispose();
            using var varied = await AskAsync(warm, null);
            varied.Headers.GetValues("x-cache").Single().ShouldBe("bypass");
            using var off = await AskAsync(warm.Replace("{\"model\"", "{\"temperature\":0,\"model\"", StringComparison.Ordinal), "off");
            off.Headers.GetValues("x-cache").Single().ShouldBe("bypass");
            using var wanted = await AskAsync(warm, "ttl=60");
            wanted.Headers.GetValues("x-cache").Single().ShouldBe("miss");
        }
        finally
        {
            await SwitchAsync(on: false);
        }
    }

    private async Task SwitchAsync(bool on)
    {
        using var answer = await fixture.Admin.Console.PatchAsJsonAsync("/api/admin/settings", new { settings = new Dictionary<string, object> { ["gateway.cache_enabled"] = on } }, Cancelled);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancelled));
    }

    /// <summary>Settings reach the gateway, and answers the cache, a moment later.</summary>
    private async Task<HttpResponseMessage> AskUntilAsync(string question, string expected, List<string>? answers = null)
    {
        var until = DateTime.UtcNow.AddSeconds(15);
        while (true)
        {
            var answer = await AskAsync(question, null);
            answers?.Add(await answer.Content.ReadAsStringAsync(Cancelled));
            if (answer.Headers.GetValues("x-cache").Single() == expected)
                return answer;
            (DateTime.UtcNow < until).ShouldBeTrue($"x-cache is not {expected} after 15 s.");
            answer.Dispose();
            await Task.Delay(100, Cancelled);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(string question, string? wish)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(question, Encoding.UTF8, "application/json") };
        if (wish is not null)
            request.Headers.Add("x-thinkwatch-cache", wish);
        var answer = await fixture.Admin.Gateway.SendAsync(request, Cancelled);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancelled));
        return answer;
    }
}
