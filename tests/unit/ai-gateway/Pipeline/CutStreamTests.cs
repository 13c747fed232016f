using System.Net.Http.Headers;
using System.Text;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Anthropic says at the start of a stream that one token was written, and only at its end how many: what was seen in between is what is paid for.</summary>
public sealed class CutStreamTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("/v1/messages")]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/responses")]
    public async Task Stream_ThatItsClientLeaves_CostsWhatWasSeen(string path)
    {
        var model = await gateway.AddModelAsync("claude-sim-drip-20,words-2000", provider => gateway.SetType(provider, "anthropic"));
        string id;
        using (var response = await PostAsync(path, model))
        {
            id = response.Id();
            await using var stream = await response.Content.ReadAsStreamAsync();
            await ReadUntilAsync(stream, 4000);
        }

        var row = await gateway.RowAsync(id);
        (row.Outcome, row.UsageSource).ShouldBe((Outcome.Aborted, "estimated"));
        row.OutputTokens.ShouldBeGreaterThan(10);
        row.InputTokens.ShouldBeGreaterThan(0);
        row.CostUsd.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Stream_ThatItsProviderCuts_CostsWhatWasSeen()
    {
        var model = await gateway.AddModelAsync("claude-sim-cut,words-200", provider => gateway.SetType(provider, "anthropic"));
        using var response = await PostAsync("/v1/messages", model);
        await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        (row.Outcome, row.UsageSource).ShouldBe((Outcome.Error, "estimated"));
        row.OutputTokens.ShouldBeGreaterThan(10);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string model)
    {
        var question = path == "/v1/responses" ? "\"input\":\"Hello there\",\"store\":false" : "\"messages\":[{\"role\":\"user\",\"content\":\"Hello there\"}],\"max_tokens\":4000";
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent($$"""{"model":"{{model}}","stream":true,{{question}}}""", Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", gateway.Identity.AddKey()) },
        };
        return await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task ReadUntilAsync(Stream stream, int bytes)
    {
        var buffer = new byte[1024];
        for (var read = 0; read < bytes;)
        {
            var more = await stream.ReadAsync(buffer);
            more.ShouldBeGreaterThan(0);
            read += more;
        }
    }
}
