using System.Net;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;
using static ThinkWatch.AiGateway.Tests.Pipeline.ResponsesCalls;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>The Responses surface on providers that speak it, and across providers.</summary>
public sealed class ResponsesPassThroughTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Bytes_PassUntouched_BothWays()
    {
        var (key, model) = (gateway.Identity.AddKey(), await OpenAiAsync("sim-chat"));
        var body = $$""" { "mod\u0065l":"{{model}}", "input":[{"role":"user","content":"é \ud83d\ude00"}] , "metadata":{ } } """;
        using var response = await gateway.PostResponseAsync(key, body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Received(response).ShouldBe(body.Replace($"\"{model}\"", "\"sim-chat\"", StringComparison.Ordinal));
        response.Headers.Contains("x-thinkwatch-conversion").ShouldBeFalse();
        var answer = await response.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(answer);
        var row = await gateway.RowAsync(response.Id());
        (row.Outcome, row.FinishReason, row.UsageSource).ShouldBe((Outcome.Ok, "completed", "upstream"));
        row.InputTokens.ShouldBe(json.RootElement.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        row.ResponseBody.ToStringUtf8().ShouldBe(answer);
    }

    [Theory]
    [InlineData("sim-chat", 200, "completed")]
    [InlineData("sim-error-event", 502, "")]
    [InlineData("sim-cut", 502, "")]
    public async Task Stream_IsFollowed(string upstream, int status, string finish)
    {
        var (key, model) = (gateway.Identity.AddKey(), await OpenAiAsync(upstream));
        using var response = await gateway.PostResponseAsync(key, Ask(model, ",\"stream\":true"));
        var text = await response.Content.ReadAsStringAsync();
        var row = await gateway.RowAsync(response.Id());
        (row.Status, row.FinishReason).ShouldBe((status, finish));
        if (status == 200)
            text.ShouldContain(row.ResponseBody.ToStringUtf8());
        else
            text.ShouldContain("event: error\n");
    }

    [Fact]
    public async Task PreviousResponse_StaysWithTheProviderThatHasIt()
    {
        var (key, model) = (gateway.Identity.AddKey(), await OpenAiAsync("sim-think"));
        var first = await gateway.ResponseAsync(key, Ask(model, ",\"reasoning\":{\"effort\":\"low\"}"));
        using var second = await gateway.PostResponseAsync(key, Ask(model, $",\"previous_response_id\":\"{IdOf(first)}\"", "And?"));
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var sent = JsonDocument.Parse(gateway.Received(second));
        sent.RootElement.GetProperty("previous_response_id").GetString().ShouldBe(IdOf(first));
        sent.RootElement.GetProperty("input").GetRawText().ShouldBe("""[{"type":"message","role":"user","content":"And?"}]""");

        // Kept by the gateway too, and only for this lineage.
        using var other = await gateway.PostResponseAsync(gateway.Identity.AddKey(), Ask(model, $",\"previous_response_id\":\"{IdOf(first)}\""));
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await gateway.StoredAsync(HttpMethod.Get, key, IdOf(first), HttpStatusCode.OK)).GetRawText().ShouldBe(first.GetRawText());
    }

    [Fact]
    public async Task PreviousResponse_GoesToAnotherProvider_WithoutWhatOnlyTheFirstCanRead()
    {
        var key = gateway.Identity.AddKey();
        var (here, there) = (await OpenAiAsync("sim-think"), await OpenAiAsync("sim-chat"));
        var first = await gateway.ResponseAsync(key, Ask(here, ",\"reasoning\":{\"effort\":\"low\"}"));
        first.GetProperty("output")[0].GetProperty("type").GetString().ShouldBe("reasoning");
        var second = await gateway.ResponseAsync(key, Ask(there, $",\"previous_response_id\":\"{IdOf(first)}\"", "Elsewhere"));
        var third = await gateway.ResponseAsync(key, Ask("sim-chat", $",\"previous_response_id\":\"{IdOf(second)}\"", "On chat"));
        using var back = await gateway.PostResponseAsync(key, Ask(here, $",\"previous_response_id\":\"{IdOf(third)}\"", "And back"));
        back.StatusCode.ShouldBe(HttpStatusCode.OK, await back.Content.ReadAsStringAsync());
        using var sent = JsonDocument.Parse(gateway.Received(back));
        sent.RootElement.GetProperty("previous_response_id").ValueKind.ShouldBe(JsonValueKind.Null);
        sent.RootElement.GetProperty("input").EnumerateArray().Select(static item => item.GetProperty("role").GetString())
            .ShouldBe(["user", "assistant", "user", "assistant", "user", "assistant", "user"]);
    }

    [Fact]
    public async Task ItemReference_ToAnItemOfTheProvider_IsTheLineagesOnly()
    {
        var (key, model) = (gateway.Identity.AddKey(), await OpenAiAsync("sim-chat"));
        var first = await gateway.ResponseAsync(key, Ask(model));
        var item = first.GetProperty("output")[0].GetProperty("id").GetString();
        var body = $$"""{"model":"{{model}}","input":[{"type":"item_reference","id":"{{item}}"},{"role":"user","content":"Go on"}]}""";
        using var other = await gateway.PostResponseAsync(gateway.Identity.AddKey(), body);
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        for (var attempt = 0; ; attempt++)
        {
            // Where an item belongs is written behind the response itself.
            using var response = await gateway.PostResponseAsync(key, body);
            if (response.StatusCode == HttpStatusCode.NotFound && attempt < 20)
                continue;
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var sent = JsonDocument.Parse(gateway.Received(response));
            sent.RootElement.GetProperty("input")[0].GetRawText().ShouldBe(first.GetProperty("output")[0].GetRawText());
            return;
        }
    }

    [Fact]
    public async Task Thoughts_OfAnotherProvider_DoNotReachOpenAi()
    {
        var key = gateway.Identity.AddKey();
        var claude = await gateway.AddModelAsync("claude-sim-think", static provider => provider.ProviderType = "anthropic");
        var first = await gateway.ResponseAsync(key, Ask(claude, ",\"store\":false,\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"}"));
        var thought = first.GetProperty("output")[0];
        thought.GetProperty("summary")[0].GetProperty("text").GetString().ShouldNotBeNullOrEmpty();
        thought.GetProperty("encrypted_content").GetString().ShouldStartWith("tw1.thoughts.");
        var turn = $$"""[{"role":"user","content":"Hi"},{{string.Join(',', first.GetProperty("output").EnumerateArray())}},{"role":"user","content":"More"}]""";

        // Claude gets its own thoughts back unchanged: the simulator checks their signature.
        await gateway.ResponseAsync(key, $$"""{"model":"{{claude}}","store":false,"reasoning":{"effort":"low"},"input":{{turn}}}""");
        using var response = await gateway.PostResponseAsync(key, $$"""{"model":"{{await OpenAiAsync("sim-chat")}}","input":{{turn}}}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        gateway.Received(response).ShouldNotContain("encrypted_content");
    }

    [Fact]
    public async Task Error_OfTheProvider_PassesOn()
    {
        var (key, model) = (gateway.Identity.AddKey(), await OpenAiAsync("sim-chat"));
        using var response = await gateway.PostResponseAsync(key, Ask(model, ",\"max_output_tokens\":3"));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.ErrorAsync()).Code().ShouldBe("integer_below_min_value");
    }

    private Task<string> OpenAiAsync(string upstreamModel) => gateway.AddModelAsync(upstreamModel, static provider => provider.ProviderType = "openai");
}
