using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Several keys of one provider: when it limits one of them, the others are there.</summary>
public sealed class ProviderKeyTests(GatewayFixture gateway)
{
    private const string Answer =
        """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Key_ThatIsLimited_IsReplacedByAnotherAtOnce(int limitedKeys)
    {
        var seen = new ConcurrentQueue<string>();
        await using var provider = await LimitingAsync(seen, key => key.StartsWith("sk-limited", StringComparison.Ordinal));
        var model = await ModelAsync(provider, [.. Enumerable.Range(0, limitedKeys).Select(static i => $"sk-limited-{i}"), "sk-fresh"]);
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        seen.Distinct().Count().ShouldBe(limitedKeys + 1);
        (await gateway.RowAsync(response.Id())).Retries.ShouldBe(limitedKeys);

        // The next call begins with the key that works.
        seen.Clear();
        using var next = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model));
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        seen.ShouldBe(["sk-fresh"]);
    }

    [Fact]
    public async Task Keys_ThatAreAllLimited_EndTheCall()
    {
        var seen = new ConcurrentQueue<string>();
        await using var provider = await LimitingAsync(seen, static _ => true);
        var model = await ModelAsync(provider, "sk-limited-0", "sk-limited-1", "sk-limited-2");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(60));
        seen.ShouldBe(["sk-limited-0", "sk-limited-1", "sk-limited-2"], ignoreOrder: true);
    }

    private Task<string> ModelAsync(WebApplication provider, params string[] secrets) => gateway.AddModelAsync(
        "any",
        added =>
        {
            added.ApiKeys.Clear();
            added.ApiKeys.AddRange(secrets.Select(secret => gateway.SealedKey(Guid.CreateVersion7().ToString(), secret)));
        },
        baseUrl: provider.Urls.First());

    private static Task<WebApplication> LimitingAsync(ConcurrentQueue<string> seen, Predicate<string> isLimited) => StandIn.StartAsync(async http =>
    {
        var key = http.Request.Headers.Authorization.ToString()["Bearer ".Length..];
        seen.Enqueue(key);
        http.Response.ContentType = "application/json";
        if (!isLimited(key))
        {
            await http.Response.WriteAsync(Answer);
            return;
        }

        http.Response.StatusCode = 429;
        http.Response.Headers.RetryAfter = "60";
        await http.Response.WriteAsync("""{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}""");
    });
}
