using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Promise 2: no upstream secret and no key in a log, an error or a row.</summary>
public sealed class SecretsTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Secret_ThatAProviderRepeats_ReachesNobody()
    {
        var key = gateway.Identity.AddKey();
        await using var tattler = await TattlerAsync();
        var model = await gateway.AddModelAsync("any", baseUrl: tattler.Urls.First());
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain("[redacted]");
        var row = await gateway.RowAsync(response.Id());
        foreach (var place in (string[])[text, row.ToString(), Encoding.UTF8.GetString(row.ResponseBody.Span), .. gateway.Logs.Lines])
        {
            place.ShouldNotContain(GatewayFixture.ProviderKey);
            place.ShouldNotContain(key);
        }
    }

    [Fact]
    public async Task Headers_OfTheAdministrator_GoUpstreamFilledIn()
    {
        var key = gateway.Identity.AddKey(static p => p.UserEmail = "ada@example.com");
        await using var echo = await EchoHeadersAsync();
        var model = await gateway.AddModelAsync(
            "any", provider => provider.SealedHeaders["X-Who"] = gateway.SealHeader(provider.Id, "x-who", "user={{user_email}} team={{team}}"), baseUrl: echo.Urls.First());
        using var response = await gateway.ChatAsync(key, Calls.Chat(model));
        (await response.Content.ReadAsStringAsync()).ShouldBe("{\"who\":\"user=ada@example.com team=Search\",\"cookie\":\"\",\"agent\":\"\"}");
    }

    /// <summary>A provider that puts the gateway's credentials into its error.</summary>
    private static Task<WebApplication> TattlerAsync() => StandIn.StartAsync(static async http =>
    {
        http.Response.StatusCode = 400;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("{\"error\":{\"message\":\"bad header: " + http.Request.Headers.Authorization + "\",\"type\":\"invalid_request_error\"}}");
    });

    private static Task<WebApplication> EchoHeadersAsync() => StandIn.StartAsync(static async http =>
    {
        http.Response.ContentType = "application/json";
        var headers = http.Request.Headers;
        await http.Response.WriteAsync($"{{\"who\":\"{headers["x-who"]}\",\"cookie\":\"{headers.Cookie}\",\"agent\":\"{headers.UserAgent}\"}}");
    });
}
