using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Comments of a provider keep clients of every format from taking a long thought for a dead line.</summary>
public sealed class SignOfLifeTests(GatewayFixture gateway)
{
    private const string Head = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":";

    [Theory]
    [InlineData("/v1/messages", "event: ping\ndata: {\"type\":\"ping\"}\n\n")]
    [InlineData("/v1/responses", ": ping\n\n")]
    [InlineData("/v1/chat/completions", ": STILL THINKING\n\n")]
    public async Task Comment_OfTheProvider_ReachesTheClientInItsOwnWay(string path, string expected)
    {
        await using var provider = await ThinkerAsync();
        var model = await gateway.AddModelAsync("any", baseUrl: provider.Urls.First());
        var question = path == "/v1/responses" ? "\"input\":\"hi\",\"store\":false" : "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":40";
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent($$"""{"model":"{{model}}","stream":true,{{question}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", gateway.Identity.AddKey());
        using var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var text = await response.Content.ReadAsStringAsync();
        var ping = text.IndexOf(expected, StringComparison.Ordinal);
        ping.ShouldBeGreaterThan(text.IndexOf("Hello", StringComparison.Ordinal), text);
        ping.ShouldBeLessThan(text.IndexOf("world", StringComparison.Ordinal), text);
    }

    private static Task<WebApplication> ThinkerAsync() => StandIn.StartAsync(static async http =>
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.WriteAsync(Head + "{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":null}]}\n\n");
        await http.Response.WriteAsync(": STILL THINKING\n\n");
        await http.Response.WriteAsync(Head + "{\"content\":\" world\"},\"finish_reason\":null}]}\n\n");
        await http.Response.WriteAsync(Head + "{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    });
}
