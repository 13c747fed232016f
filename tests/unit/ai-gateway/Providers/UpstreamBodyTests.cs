using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.OpenAiChat;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.AiGateway.Tests.Routing;

namespace ThinkWatch.AiGateway.Tests.Providers;

/// <summary>What leaves for an OpenAI-format provider, byte by byte.</summary>
public sealed class UpstreamBodyTests
{
    [Theory]
    [InlineData("""{"model":"m","messages":[{}]}""", """{"model":"up","messages":[{}]}""")]
    [InlineData("""{"messages":[{}], "model"	:	"m"}""", """{"messages":[{}], "model"	:	"up"}""")]
    [InlineData("""{"model":"\u006d","messages":[{"c":"\ud83d\ude00é"}],"z":1.50}""", """{"model":"up","messages":[{"c":"\ud83d\ude00é"}],"z":1.50}""")]
    [InlineData("""{"model":"m","messages":[{}],"stream":false}""", """{"model":"up","messages":[{}],"stream":false}""")]
    [InlineData("""{"model":"m","messages":[{}],"stream":true}""", """{"stream_options":{"include_usage":true},"model":"up","messages":[{}],"stream":true}""")]
    [InlineData(""" { "model":"m","messages":[{}],"stream":true}""", """ {"stream_options":{"include_usage":true}, "model":"up","messages":[{}],"stream":true}""")]
    [InlineData(
        """{"stream_options":{"include_usage":true},"model":"m","messages":[{}],"stream":true}""",
        """{"stream_options":{"include_usage":true},"model":"up","messages":[{}],"stream":true}""")]
    [InlineData(
        """{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage": false ,"x":1}}""",
        """{"model":"up","messages":[{}],"stream":true,"stream_options":{"include_usage": true ,"x":1}}""")]
    [InlineData(
        """{"model":"m","messages":[{}],"stream":true,"stream_options":{ "x":[1]}}""",
        """{"model":"up","messages":[{}],"stream":true,"stream_options":{"include_usage":true, "x":[1]}}""")]
    [InlineData(
        """{"model":"m","messages":[{}],"stream":true,"stream_options":{ }}""",
        """{"model":"up","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData(
        """{"model":"m","messages":[{}],"stream":true,"stream_options":null}""",
        """{"model":"up","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData(
        """{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":null}}""",
        """{"model":"up","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}""")]
    public async Task Body_IsTheClients_ButForWhatMustDiffer(string body, string expected)
    {
        var sent = await SendAsync(body, "up", canStreamUsage: true);
        sent.ShouldBe(expected);
        JsonDocument.Parse(sent);
    }

    [Fact]
    public async Task Body_ForAProviderThatCannotStreamUsage_IsNotPatched()
    {
        const string Body = """{"model":"m","messages":[{}],"stream":true}""";
        (await SendAsync(Body, "m", canStreamUsage: false)).ShouldBe(Body);
    }

    [Fact]
    public async Task Model_WithSpecialCharacters_IsEscaped()
    {
        var sent = await SendAsync("""{"model":"m","messages":[{}]}""", "a\"b\\c/é", canStreamUsage: true);
        JsonDocument.Parse(sent).RootElement.GetProperty("model").GetString().ShouldBe("a\"b\\c/é");
    }

    [Theory]
    [InlineData("https://api.example.com", "https://api.example.com/v1/chat/completions")]
    [InlineData("https://api.example.com/v1", "https://api.example.com/v1/chat/completions")]
    [InlineData("https://api.example.com/v1/", "https://api.example.com/v1/chat/completions")]
    [InlineData("https://api.example.com/openai", "https://api.example.com/openai/v1/chat/completions")]
    [InlineData("https://api.example.com/v1beta/openai", "https://api.example.com/v1beta/openai/chat/completions")]
    public void BaseUrl_WithOrWithoutVersion_Works(string baseUrl, string expected) =>
        new OpenAiProvider().CallUrl(Upstreams.Any with { BaseUrl = new Uri(baseUrl) }, WireFormat.OpenAiChat, "m", stream: false).AbsoluteUri.ShouldBe(expected);

    private static async Task<string> SendAsync(string body, string upstreamModel, bool canStreamUsage)
    {
        using var exchange = new Exchange();
        exchange.Begin(new DefaultHttpContext(), new ChatCompletionsSurface(), TimeProvider.System);
        exchange.Body.Append(Encoding.UTF8.GetBytes(body));
        new ChatCompletionsSurface().Scan(exchange.Body.WrittenSpan, out exchange.Facts).ShouldBeNull();
        using var content = new ChatWire().PassThrough(exchange, Candidate(upstreamModel, canStreamUsage));
        var bytes = await content.ReadAsByteArrayAsync();
        content.Headers.ContentLength.ShouldBe(bytes.Length);
        content.IsBeingWritten.ShouldBeFalse();
        return Encoding.UTF8.GetString(bytes);
    }

    private static RouteCandidate Candidate(string upstreamModel, bool canStreamUsage) =>
        new(Upstreams.Any with { Capabilities = UpstreamFactory.Flags(canStreamUsage ? "" : """{"stream_usage":false}""") }, "r", upstreamModel, 1, null, new Contracts.Limits.Candidate());
}
