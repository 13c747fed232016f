using System.Net;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

public sealed class ChatCompletionsTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Json_Call_IsAnsweredAndRecorded()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-chat"));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await response.Content.ReadAsStringAsync();
        JsonDocument.Parse(answer).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.ShouldContain("Hello there");
        response.Headers.GetValues("x-thinkwatch-provider").Single().ShouldBe("simulator");
        response.Headers.GetValues("x-thinkwatch-model").Single().ShouldBe("sim-chat");
        response.Headers.GetValues("x-cache").Single().ShouldBe("bypass");

        var row = await gateway.RowAsync(response.Id());
        row.Outcome.ShouldBe(Outcome.Ok);
        row.Status.ShouldBe(200);
        row.OrgId.ShouldBe(GatewayFixture.OrgId);
        row.Surface.ShouldBe("chat_completions");
        row.Model.ShouldBe("sim-chat");
        row.Provider.ShouldBe("simulator");
        row.FinishReason.ShouldBe("stop");
        row.UsageSource.ShouldBe("upstream");
        row.InputTokens.ShouldBe(3);
        row.OutputTokens.ShouldBe(11);
        row.WeightedTokens.ShouldBe(3 + (2 * 11));
        row.CostUsd.ShouldBe("0.0001175");
        row.RequestBody.ToStringUtf8().ShouldBe(Calls.Chat("sim-chat"));
        row.ResponseBody.ToStringUtf8().ShouldBe(answer);
        row.ResponseCapture.ShouldBe(Contracts.Audit.Capture.Captured);
        row.Settled.ShouldBeTrue();
        row.Simulated.ShouldBeTrue();
        row.Teams.ShouldHaveSingleItem().Name.ShouldBe("Search");
    }

    [Fact]
    public async Task Upstream_SeesEveryByte_OfTheClient()
    {
        var key = gateway.Identity.AddKey();
        const string Body = " {\r\n\t\"unknown\":{\"a\":[1.0,1e3,-0.0,\"\\u00e9\\ud83d\\ude00\"]},\"mod\\u0065l\" : \"sim-chat\" , \"messages\":[{\"role\":\"user\",\"content\":\"é😀\",\"x\":null}],\"seed\":12345678901234567890} ";
        using var response = await gateway.ChatAsync(key, Body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Received(response.Id()).ShouldBe(Body);
    }

    [Fact]
    public async Task Model_WithAnotherNameUpstream_IsRenamedInPlace()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, """{ "messages":[{"role":"user","content":"\"model\":\"renamed\""}], "model" :  "renamed" ,"z":1}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Received(response.Id()).ShouldBe("""{ "messages":[{"role":"user","content":"\"model\":\"renamed\""}], "model" :  "sim-chat" ,"z":1}""");
    }

    [Fact]
    public async Task Stream_WithoutUsageAsked_HidesTheUsageChunkAndRecordsIt()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-chat", ",\"stream\":true"));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var text = await response.Content.ReadAsStringAsync();

        text.ShouldEndWith("data: [DONE]\n\n");
        text.ShouldNotContain("\"choices\":[]");
        Received(response.Id()).ShouldStartWith("{\"stream_options\":{\"include_usage\":true},\"model\"");
        var row = await gateway.RowAsync(response.Id());
        row.UsageSource.ShouldBe("upstream");
        row.OutputTokens.ShouldBe(11);
        row.Stream.ShouldBeTrue();
        row.ClientTtfbMs.ShouldBeGreaterThanOrEqualTo(0);
        var assembled = JsonDocument.Parse(row.ResponseBody.ToStringUtf8()).RootElement;
        assembled.GetProperty("object").GetString().ShouldBe("chat.completion");
        assembled.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
            .ShouldBe("Simulated answer from the ThinkWatch provider simulator. You said: Hello there");
        assembled.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(11);
    }

    [Fact]
    public async Task Stream_WithUsageAsked_PassesItThrough()
    {
        var key = gateway.Identity.AddKey();
        var body = Calls.Chat("sim-chat", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        using var response = await gateway.ChatAsync(key, body);
        (await response.Content.ReadAsStringAsync()).ShouldContain("\"choices\":[],\"usage\":{\"prompt_tokens\"");
        Received(response.Id()).ShouldBe(body);
    }

    [Fact]
    public async Task Stream_OfToolCalls_IsAssembled()
    {
        var key = gateway.Identity.AddKey();
        const string Tools = ""","stream":true,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}}]""";
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-tools", Tools));
        await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        row.FinishReason.ShouldBe("tool_calls");
        var call = JsonDocument.Parse(row.ResponseBody.ToStringUtf8()).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0];
        call.GetProperty("function").GetProperty("name").GetString().ShouldBe("weather");
        JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).RootElement.GetProperty("days").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Usage_CachedAndReasoning_IsPricedApart()
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-cached"));
        var row = await gateway.RowAsync(response.Id());
        (row.InputTokens, row.CachedTokens, row.OutputTokens, row.ReasoningTokens).ShouldBe((3, 1, 11, 5));
        decimal.Parse(row.CostUsd).ShouldBe(((2 * 2.50m) + (1 * 1.25m) + (11 * 10m)) / 1_000_000m);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Usage_ThatUpstreamDoesNotReport_IsEstimatedAndSaysSo(bool stream)
    {
        var key = gateway.Identity.AddKey();
        using var response = await gateway.ChatAsync(key, Calls.Chat("sim-nousage", stream ? ",\"stream\":true" : ""));
        await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        row.UsageSource.ShouldBe("estimated");
        row.InputTokens.ShouldBeGreaterThan(0);
        row.OutputTokens.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Body_LargerThanTheRow_IsOffloadedWhole()
    {
        var key = gateway.Identity.AddKey();
        var body = Calls.Chat("sim-chat", $",\"padding\":\"{new string('x', 50_000)}\"");
        using var response = await gateway.ChatAsync(key, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var row = await gateway.RowAsync(response.Id());
        row.RequestCapture.ShouldBe(Contracts.Audit.Capture.Offloaded);
        row.RequestBody.Length.ShouldBe(20_000);
        row.RequestBytes.ShouldBe(body.Length);
        Encoding.UTF8.GetString(gateway.Bodies.Stored[row.RequestBodyUri]).ShouldBe(body);
        row.RequestBodySha256.ToByteArray().ShouldBe(System.Security.Cryptography.SHA256.HashData(gateway.Bodies.Stored[row.RequestBodyUri]), "what audit-ingest seals");
        row.SearchTokens.ShouldBe("offloaded");
    }

    private string Received(string requestId) =>
        Encoding.UTF8.GetString(gateway.Simulator.Since(0).Single(call => call.RequestId == requestId).Body!);
}
