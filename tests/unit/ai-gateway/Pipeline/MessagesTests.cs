using System.Net;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Anthropic's surface and Anthropic's provider, through the whole gateway.</summary>
public sealed class MessagesTests(GatewayFixture gateway)
{
    private const string Weather = ""","tools":[{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]""";

    [Theory]
    [InlineData("anthropic", "sim-chat")]
    [InlineData("custom", "sim-chat")]
    public async Task Json_Call_IsAnsweredAndRecorded(string provider, string upstreamModel)
    {
        var model = await ModelAsync(provider, upstreamModel);
        using var response = await PostAsync("/v1/messages?beta=true", Ask(model));
        var answer = await JsonAsync(response);
        answer.GetProperty("type").GetString().ShouldBe("message");
        answer.GetProperty("content")[0].GetProperty("text").GetString()!.ShouldContain("Hello there");
        answer.GetProperty("stop_reason").GetString().ShouldBe("end_turn");
        response.Headers.GetValues("request-id").Single().ShouldBe(response.Id());
        var row = await gateway.RowAsync(response.Id());
        (row.Surface, row.Outcome, row.Status, row.UsageSource, row.FinishReason).ShouldBe(
            ("messages", Outcome.Ok, 200, "upstream", provider == "anthropic" ? "end_turn" : "stop"));
        row.InputTokens.ShouldBe(answer.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        row.OutputTokens.ShouldBe(answer.GetProperty("usage").GetProperty("output_tokens").GetInt64());
        row.ResponseBody.ToStringUtf8().ShouldBe(answer.GetRawText());
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("custom")]
    public async Task Stream_Call_IsAnthropicsAndRecorded(string provider)
    {
        var model = await ModelAsync(provider, "sim-chat");
        using var response = await PostAsync("/v1/messages", Ask(model, ""","stream":true"""));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var names = (await response.Content.ReadAsStringAsync()).Split('\n')
            .Where(static line => line.StartsWith("event: ", StringComparison.Ordinal)).Select(static line => line[7..]).Where(static name => name != "ping").ToArray();
        names[0].ShouldBe("message_start");
        names[1].ShouldBe("content_block_start");
        names[^3..].ShouldBe(["content_block_stop", "message_delta", "message_stop"]);
        var row = await gateway.RowAsync(response.Id());
        (row.Outcome, row.UsageSource).ShouldBe((Outcome.Ok, "upstream"));
        using var kept = JsonDocument.Parse(row.ResponseBody.ToStringUtf8());
        kept.RootElement.GetProperty("content")[0].GetProperty("text").GetString()!.ShouldContain("Hello there");
        kept.RootElement.GetProperty("stop_reason").GetString().ShouldBe("end_turn");
    }

    [Fact]
    public async Task Upstream_OfAnthropic_SeesEveryByteAndTheClientsHeaders()
    {
        var model = await ModelAsync("anthropic", "sim-chat");
        var body = $$""" { "max_tokens" : 9,"model":"{{model}}" ,"messages":[{"role":"user","content":"\u00e9"}],"context_management":{"edits":[]} } """;
        using var response = await PostAsync("/v1/messages", body, ("anthropic-version", "2026-10-21"), ("anthropic-beta", "context-management-2025-06-27,x"), ("anthropic-beta", "y"));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var call = Received(response);
        Encoding.UTF8.GetString(call.Body!).ShouldBe(body.Replace(model, "sim-chat", StringComparison.Ordinal));
        call.Target.ShouldBe("/v1/messages");
        Header(call, "anthropic-version").ShouldBe("2026-10-21");
        Header(call, "anthropic-beta").ShouldBe("context-management-2025-06-27,x, y");
        response.Headers.Contains("x-thinkwatch-conversion").ShouldBeFalse();
    }

    [Fact]
    public async Task Upstream_OfAnthropic_GetsChatInTheVersionThatKnowsSampling()
    {
        var model = await ModelAsync("anthropic", "sim-chat", baseUrl: gateway.SimulatorUrl + "/v1");
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model, ""","temperature":0.5,"max_tokens":50,"logit_bias":{"1":2}"""));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var call = Received(response);
        Encoding.UTF8.GetString(call.Body!).ShouldBe("""{"model":"sim-chat","max_tokens":50,"messages":[{"role":"user","content":"Hello there"}],"temperature":0.5}""");
        Header(call, "anthropic-version").ShouldBe("2023-06-01");
        response.Headers.GetValues("x-thinkwatch-conversion").Single().ShouldBe("dropped=logit_bias");
    }

    /// <summary>Thinking, a tool, its result: the simulator refuses the second turn unless its own signed thoughts come back.</summary>
    [Theory]
    [InlineData("anthropic", false)]
    [InlineData("anthropic", true)]
    [InlineData("google", false)]
    [InlineData("google", true)]
    [InlineData("bedrock", false)]
    [InlineData("bedrock", true)]
    public async Task Loop_OfThinkingAndTools_GoesOn(string provider, bool stream)
    {
        var model = await ModelAsync(provider, provider == "bedrock" ? "anthropic.claude-sim-think-tools-v1:0" : "sim-think-tools");
        var extra = Weather + ""","thinking":{"type":"enabled","budget_tokens":2000}""" + (stream ? ""","stream":true""" : "");
        using var first = await PostAsync("/v1/messages", Ask(model, extra, maxTokens: 9000));
        first.StatusCode.ShouldBe(HttpStatusCode.OK, await first.Content.ReadAsStringAsync());
        var row = await gateway.RowAsync(first.Id());
        using var answer = JsonDocument.Parse(row.ResponseBody.ToStringUtf8());
        var content = answer.RootElement.GetProperty("content");
        content[0].GetProperty("type").GetString()!.ShouldContain("thinking");
        var use = content.EnumerateArray().Single(static block => block.GetProperty("type").GetString() == "tool_use");
        answer.RootElement.GetProperty("stop_reason").GetString().ShouldBe("tool_use");

        var messages = $$"""[{"role":"user","content":"Weather in Oslo?"},{"role":"assistant","content":{{content.GetRawText()}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{use.GetProperty("id").GetString()}}","content":"4 degrees"}]}]""";
        using var second = await PostAsync("/v1/messages", $$"""{"model":"{{model}}","max_tokens":9000,"messages":{{messages}}{{extra}}}""");
        second.StatusCode.ShouldBe(HttpStatusCode.OK, await second.Content.ReadAsStringAsync());

        // Gemini's newer models know levels of thinking, not budgets.
        second.Headers.TryGetValues("x-thinkwatch-conversion", out var notes);
        notes.ShouldBe(provider == "google" ? ["changed=thinking.budget_tokens"] : null);
    }

    [Theory]
    [InlineData("anthropic", 7)]
    [InlineData("custom", 0)]
    public async Task Tokens_AreCountedByAnthropic_ElseEstimated(string provider, int exactly)
    {
        var model = await ModelAsync(provider, "sim-chat");
        using var response = await PostAsync("/v1/messages/count_tokens", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Four tokens are here, or so"}]}""");
        var count = (await JsonAsync(response)).GetProperty("input_tokens").GetInt64();
        if (exactly > 0)
            count.ShouldBe(exactly);
        count.ShouldBeInRange(5, 20);
        response.Headers.TryGetValues("x-thinkwatch-estimated", out var estimated).ShouldBe(exactly == 0);
        estimated?.Single().ShouldBe("true");
        var row = await gateway.RowAsync(response.Id());
        (row.Surface, row.Outcome, row.InputTokens, row.WeightedTokens).ShouldBe(("count_tokens", Outcome.Ok, 0, 0));
        if (exactly > 0)
            Received(response).Target.ShouldBe("/v1/messages/count_tokens");
    }

    [Fact]
    public async Task Errors_HaveAnthropicsShape()
    {
        var model = await ModelAsync("custom", "sim-chat");
        await ErrorAsync(await PostAsync("/v1/messages", Ask("nobody-knows-this")), 404, "not_found_error", "model_not_found");
        await ErrorAsync(await PostAsync("/v1/messages", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"x"}]}"""), 400, "invalid_request_error", null);
        await ErrorAsync(await PostAsync("/v1/messages", $$"""{"model":"{{model}}","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text"}]}]}"""), 400, "invalid_request_error", null);
        await ErrorAsync(await PostAsync("/v1/messages", """{"model":"a","model":"b"}"""), 400, "invalid_request_error", null);
        await ErrorAsync(await PostAsync("/v1/messages", "{nonsense"), 400, "invalid_request_error", null);
        await ErrorAsync(await PostAsync("/v1/messages", Ask(await ModelAsync("anthropic", "sim-529"))), 529, "overloaded_error", "provider_overloaded");
        await ErrorAsync(await PostAsync("/v1/messages", Ask(await ModelAsync("anthropic", "sim-error-400"))), 400, "invalid_request_error", null);
        await ErrorAsync(await PostAsync("/v1/messages", Ask(await ModelAsync("anthropic", "sim-error-500"))), 502, "api_error", "provider_error");
        using var unknown = await gateway.Http.SendAsync(Request("/v1/messages", Ask(model), "tw-" + new string('x', 64)));
        unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await JsonAsync(unknown, HttpStatusCode.Unauthorized)).GetProperty("error").GetProperty("type").GetString().ShouldBe("authentication_error");
    }

    [Theory]
    [InlineData("anthropic", "sim-error-event", "api_error")]
    [InlineData("custom", "sim-stall", "timeout_error")]
    [InlineData("custom", "sim-cut", "api_error")]
    public async Task Stream_ThatBreaks_EndsInAnErrorEvent(string provider, string upstreamModel, string type)
    {
        using var response = await PostAsync("/v1/messages", Ask(await ModelAsync(provider, upstreamModel), ""","stream":true"""));
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"" + (upstreamModel == "sim-error-event" ? "overloaded_error" : type));
        text.ShouldNotContain("message_stop");
        (await gateway.RowAsync(response.Id())).Outcome.ShouldBeOneOf(Outcome.Error, Outcome.Timeout);
    }

    [Fact]
    public async Task Models_ForAnthropicsClients_AreListedInTheirShape()
    {
        var model = await ModelAsync("anthropic", "sim-chat", entry =>
        {
            entry.DisplayName = "A model";
            entry.MaxOutputTokens = 4000;
        });
        var key = gateway.Identity.AddKey();
        var list = await JsonAsync(await GetAsync("/v1/models?limit=2", key));
        list.GetProperty("data").GetArrayLength().ShouldBe(2);
        list.GetProperty("has_more").GetBoolean().ShouldBeTrue();
        var next = await JsonAsync(await GetAsync("/v1/models?limit=1000&after_id=" + list.GetProperty("last_id").GetString(), key));
        next.GetProperty("data")[0].GetProperty("id").GetString().ShouldNotBe(list.GetProperty("last_id").GetString());
        var one = await JsonAsync(await GetAsync("/v1/models/" + model, key));
        one.GetRawText().ShouldBe($$"""{"type":"model","id":"{{model}}","display_name":"A model","created_at":"2023-11-14T22:13:20Z","max_input_tokens":null,"max_tokens":4000,"capabilities":null,"lifecycle":"active"}""");
        await ErrorAsync(await GetAsync("/v1/models/none", key), 404, "not_found_error", "model_not_found");
        await ErrorAsync(await GetAsync("/v1/models?limit=0", key), 400, "invalid_request_error", null);
    }

    [Fact]
    public async Task MaxTokens_OfTheCatalog_AreAskedForWhereTheClientSetsNone()
    {
        var model = await ModelAsync("anthropic", "sim-chat", static entry => entry.MaxOutputTokens = 4321);
        using var response = await gateway.ChatAsync(gateway.Identity.AddKey(), Calls.Chat(model));
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        Encoding.UTF8.GetString(Received(response).Body!).ShouldContain("\"max_tokens\":4321");
        response.Headers.GetValues("x-thinkwatch-conversion").Single().ShouldBe("changed=max_tokens");
    }

    /// <summary>What Claude Code sends: a large prompt with cache points, two dozen tools, a thinking budget, betas; and in its next turn what it was answered.</summary>
    [Theory]
    [InlineData("anthropic", "")]
    [InlineData("custom", "anthropic-beta,context_management")]
    [InlineData("google", "anthropic-beta,context_management")]
    public async Task ClaudeCode_OnAnyProvider_GoesThroughItsLoop(string provider, string dropped)
    {
        var model = await ModelAsync(provider, "sim-think-tools");
        var tools = string.Join(',', Enumerable.Range(0, 24).Select(i =>
            $$"""{"name":"Tool_{{i}}","description":"{{new string('d', 3000)}}","input_schema":{"type":"object","properties":{"path":{"type":"string"} },"required":["path"],"additionalProperties":false,"$schema":"http://json-schema.org/draft-07/schema#"} }"""));
        var rest = $$""","system":[{"type":"text","text":"You are an agent."},{"type":"text","text":"{{new string('s', 40000)}}","cache_control":{"type":"ephemeral"} },{"type":"text","text":"Env","cache_control":{"type":"ephemeral"} }],"tools":[{{tools}}],"metadata":{"user_id":"user_1_session_2"},"max_tokens":32000,"thinking":{"type":"enabled","budget_tokens":31999},"context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},"stream":true}""";
        const string User = """{"role":"user","content":[{"type":"text","text":"<system-reminder>x</system-reminder>"},{"type":"text","text":"List the files","cache_control":{"type":"ephemeral"} }]}""";
        var beta = ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27,prompt-caching-scope-2026-01-05");

        using var first = await PostAsync("/v1/messages?beta=true", $$"""{"model":"{{model}}","messages":[{{User}}]{{rest}}""", beta);
        first.StatusCode.ShouldBe(HttpStatusCode.OK, await first.Content.ReadAsStringAsync());
        await first.Content.LoadIntoBufferAsync();
        using var answer = JsonDocument.Parse((await gateway.RowAsync(first.Id())).ResponseBody.ToStringUtf8());
        var content = answer.RootElement.GetProperty("content");
        var use = content.EnumerateArray().Single(static block => block.GetProperty("type").GetString() == "tool_use");
        content.EnumerateArray().Last().GetProperty("type").GetString().ShouldBe("tool_use");
        if (dropped.Length > 0)
            first.Headers.GetValues("x-thinkwatch-conversion").Single().ShouldStartWith("dropped=" + dropped);

        var result = $$"""{"role":"user","content":[{"tool_use_id":"{{use.GetProperty("id").GetString()}}","type":"tool_result","content":"a.txt","is_error":false,"cache_control":{"type":"ephemeral"} }]}""";
        using var second = await PostAsync("/v1/messages?beta=true", $$"""{"model":"{{model}}","messages":[{{User}},{"role":"assistant","content":{{content.GetRawText()}}},{{result}}]{{rest}}""", beta);
        second.StatusCode.ShouldBe(HttpStatusCode.OK, await second.Content.ReadAsStringAsync());
        (await second.Content.ReadAsStringAsync()).ShouldContain("a.txt");
    }

    /// <summary>Bedrock fails calls with a beta that the model does not know: what it takes goes, the rest is named.</summary>
    [Theory]
    [InlineData("anthropic.claude-sonnet-4-5-sim-chat-v1:0", true)]
    [InlineData("anthropic.claude-haiku-4-5-sim-chat-v1:0", false)]
    public async Task Betas_GoToBedrock_AsFarAsTheModelTakesThem(string upstream, bool takes)
    {
        var model = await ModelAsync("bedrock", upstream);
        using var response = await PostAsync("/v1/messages", Ask(model), ("anthropic-beta", "claude-code-20250219, interleaved-thinking-2025-05-14"), ("anthropic-beta", "context-1m-2025-08-07"));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var sent = Encoding.UTF8.GetString(Received(response).Body!);
        const string Both = """ "anthropic_beta":["interleaved-thinking-2025-05-14","context-1m-2025-08-07"]""";
        sent.Contains(Both.Trim(), StringComparison.Ordinal).ShouldBe(takes, sent);
        response.Headers.GetValues("x-thinkwatch-conversion").Single().ShouldBe(
            "dropped=anthropic-beta.claude-code-20250219" + (takes ? "" : ",anthropic-beta.interleaved-thinking-2025-05-14,anthropic-beta.context-1m-2025-08-07"));
    }

    private static string Ask(string model, string extra = "", int maxTokens = 100) =>
        $$"""{"model":"{{model}}","max_tokens":{{maxTokens}},"messages":[{"role":"user","content":"Hello there"}]{{extra}}}""";

    private static HttpRequestMessage Request(string path, string body, string key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-api-key", key);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (!request.Headers.Contains("anthropic-version"))
            request.Headers.Add("anthropic-version", "2023-06-01");
        return request;
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    private static async Task ErrorAsync(HttpResponseMessage response, int status, string type, string? code)
    {
        var json = await JsonAsync(response, (HttpStatusCode)status);
        json.EnumerateObject().Select(static member => member.Name).ShouldBe(["type", "error", "request_id"]);
        json.GetProperty("type").GetString().ShouldBe("error");
        json.GetProperty("request_id").GetString().ShouldBe(response.Id());
        var error = json.GetProperty("error");
        error.GetProperty("type").GetString().ShouldBe(type);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        if (code is not null)
            error.GetProperty("details").GetProperty("error_code").GetString().ShouldBe(code);
        response.Dispose();
    }

    private static string? Header(ProviderSimulator.Serving.Call call, string name) =>
        call.Headers!.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    private Task<string> ModelAsync(string provider, string upstreamModel, Action<Contracts.Catalog.Model>? model = null, string? baseUrl = null) =>
        gateway.AddModelAsync(upstreamModel, added => gateway.SetType(added, provider), model, baseUrl);

    private Task<HttpResponseMessage> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        gateway.Http.SendAsync(Request(path, body, gateway.Identity.AddKey(), headers), HttpCompletionOption.ResponseHeadersRead);

    private Task<HttpResponseMessage> GetAsync(string path, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("x-api-key", key);
        request.Headers.Add("anthropic-version", "2026-10-21");
        return gateway.Http.SendAsync(request);
    }

    private ProviderSimulator.Serving.Call Received(HttpResponseMessage response) => gateway.Simulator.Since(0).Last(call => call.RequestId == response.Id());
}
