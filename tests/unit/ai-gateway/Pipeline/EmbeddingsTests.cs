using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

public sealed class EmbeddingsTests(GatewayFixture gateway)
{
    [Theory]
    [InlineData("openai", "/v1/embeddings")]
    [InlineData("custom", "/v1/embeddings")]
    [InlineData("azure_openai", "/openai/deployments/sim-chat/embeddings?api-version=2024-10-21")]
    [InlineData("google", "/v1beta/models/sim-chat:batchEmbedContents")]
    public async Task Texts_AreEmbedded_AndRecorded(string provider, string target)
    {
        var model = await ModelAsync(provider, "sim-chat");
        using var response = await PostAsync($$"""{"model":"{{model}}","input":["one","two"],"dimensions":8}""");
        var answer = await JsonAsync(response);
        answer.GetProperty("object").GetString().ShouldBe("list");
        answer.GetProperty("data").EnumerateArray().Select(static item => (item.GetProperty("index").GetInt32(), item.GetProperty("embedding").GetArrayLength())).ShouldBe([(0, 8), (1, 8)]);
        var tokens = answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt64();
        gateway.Simulator.Since(0).Last(call => call.RequestId == response.Id()).Target.ShouldBe(target);
        var row = await gateway.RowAsync(response.Id());
        (row.Surface, row.Outcome, row.InputTokens, row.OutputTokens).ShouldBe(("embeddings", Outcome.Ok, tokens, 0));
        tokens.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("google")]
    public async Task Base64_HoldsTheSameVector(string provider)
    {
        var model = await ModelAsync(provider, "sim-chat");
        using var floats = await PostAsync($$"""{"model":"{{model}}","input":"one","dimensions":8}""");
        using var base64 = await PostAsync($$"""{"model":"{{model}}","input":"one","dimensions":8,"encoding_format":"base64"}""");
        var expected = (await JsonAsync(floats)).GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(static number => number.GetSingle()).ToArray();
        var bytes = (await JsonAsync(base64)).GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        MemoryMarshal.Cast<byte, float>(bytes).ToArray().ShouldBe(expected);
    }

    [Fact]
    public async Task Usage_ThatIsMissing_IsCounted()
    {
        var model = await ModelAsync("custom", "sim-nousage");
        using var response = await PostAsync($$"""{"model":"{{model}}","input":"Hello, world!"}""");
        await JsonAsync(response);
        var row = await gateway.RowAsync(response.Id());
        (row.UsageSource, row.InputTokens, row.OutputTokens).ShouldBe(("estimated", 4, 0));
    }

    [Theory]
    [InlineData("""{"model":"M"}""", "input")]
    [InlineData("""{"input":"x"}""", "model")]
    [InlineData("""{"model":"M","input":""}""", "input")]
    [InlineData("""{"model":"M","input":[]}""", "input")]
    [InlineData("""{"model":"M","input":["a",1]}""", "input")]
    [InlineData("""{"model":"M","input":[[]]}""", "input")]
    [InlineData("""{"model":"M","input":[[[1]]]}""", "input")]
    [InlineData("""{"model":"M","input":[-1]}""", "input")]
    [InlineData("""{"model":"M","input":{}}""", "input")]
    [InlineData("""{"model":"M","input":"x","input":"y"}""", "input")]
    [InlineData("""{"model":"M","input":"x"} x""", null)]
    public async Task Request_ThatIsMalformed_IsRefused(string body, string? param)
    {
        using var response = await PostAsync(body.Replace("\"M\"", $"\"{await ModelAsync("openai", "sim-chat")}\"", StringComparison.Ordinal));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, await response.Content.ReadAsStringAsync());
        (await response.ErrorAsync()).GetProperty("param").GetString().ShouldBe(param);
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[[1,2],[3]]")]
    public async Task Tokens_PassToOpenAi(string input)
    {
        using var response = await PostAsync($$"""{"model":"{{await ModelAsync("openai", "sim-chat")}}","input":{{input}}}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private Task<string> ModelAsync(string provider, string upstreamModel) => gateway.AddModelAsync(upstreamModel, added => added.ProviderType = provider);

    private Task<HttpResponseMessage> PostAsync(string body) => gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings")
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", gateway.Identity.AddKey()) },
    });

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
