using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>Clients of Chat Completions with providers that speak something else, through the whole gateway. The simulator refuses what the real ones refuse.</summary>
public sealed class ConvertedChatTests(GatewayFixture gateway)
{
    private const string Tools = ""","tools":[{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}]""";

    [Theory]
    [InlineData("anthropic", false)]
    [InlineData("anthropic", true)]
    [InlineData("google", false)]
    [InlineData("google", true)]
    public async Task Call_IsAnsweredAndRecorded(string provider, bool stream)
    {
        using var response = await PostAsync(await ModelAsync(provider, "sim-chat"), """[{"role":"system","content":"Be brief"},{"role":"user","content":"Hello there"}]""", Streaming(stream));
        var message = await MessageAsync(response, stream);
        ((string?)message["content"]).ShouldNotBeNull().ShouldContain("Hello there");
        var row = await gateway.RowAsync(response.Id());
        (row.Surface, row.Outcome, row.Status, row.UsageSource).ShouldBe(("chat_completions", Outcome.Ok, 200, "upstream"));
        row.OutputTokens.ShouldBeGreaterThan(0);
        row.ResponseBody.ToStringUtf8().ShouldContain("\"chat.completion\"");
    }

    [Theory]
    [InlineData("anthropic", false, true)]
    [InlineData("anthropic", true, true)]
    [InlineData("anthropic", false, false)]
    [InlineData("google", false, true)]
    [InlineData("google", true, true)]
    [InlineData("google", true, false)]
    public async Task ToolLoop_WithThinking_GoesOn(string provider, bool stream, bool keepsWhatItDoesNotKnow)
    {
        // A client that forgets the thoughts gets on with models that think when they are asked to; thinking is then off for the rest of the loop.
        var model = await ModelAsync(provider, keepsWhatItDoesNotKnow ? "sim-think-tools" : "sim-tools");
        var extra = Tools + ",\"reasoning_effort\":\"low\"" + Streaming(stream);
        using var first = await PostAsync(model, """[{"role":"user","content":"Weather in Oslo?"}]""", extra);
        var message = await MessageAsync(first, stream);
        var call = message["tool_calls"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)call["function"]!["name"]).ShouldBe("get_weather");
        JsonNode.Parse((string)call["function"]!["arguments"]!)!["city"].ShouldNotBeNull();
        ((string?)message["reasoning_content"]).ShouldNotBeNullOrEmpty();
        if (!keepsWhatItDoesNotKnow)
        {
            message.Remove("thinking_blocks");
            message.Remove("reasoning_content");
            call.AsObject().Remove("extra_content");
        }

        var messages = $$"""[{"role":"user","content":"Weather in Oslo?"},{{message.ToJsonString()}},{"role":"tool","tool_call_id":"{{call["id"]}}","content":"4 degrees"}]""";
        using var second = await PostAsync(model, messages, extra);
        var answer = await MessageAsync(second, stream);
        ((string?)answer["content"]).ShouldNotBeNullOrEmpty();
        second.Headers.TryGetValues("x-thinkwatch-conversion", out var notes);
        TestContext.Current.SendDiagnosticMessage(string.Join(';', notes ?? []));
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("google")]
    public async Task ParallelCalls_AreToldApart_AndAnswered(string provider)
    {
        var model = await ModelAsync(provider, "sim-parallel");
        using var first = await PostAsync(model, """[{"role":"user","content":"Weather?"}]""", Tools + Streaming(true));
        var message = await MessageAsync(first, stream: true);
        var calls = message["tool_calls"]!.AsArray();
        calls.Count.ShouldBe(2);
        calls.Select(static call => (string?)call!["id"]).Distinct().Count().ShouldBe(2);
        var results = string.Join(',', calls.Select(static call => $$"""{"role":"tool","tool_call_id":"{{call!["id"]}}","content":"4"}"""));
        using var second = await PostAsync(model, $$"""[{"role":"user","content":"Weather?"},{{message.ToJsonString()}},{{results}}]""", Tools);
        ((string?)(await MessageAsync(second, stream: false))["content"]).ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("google")]
    public async Task Schema_IsKept(string provider)
    {
        var model = await ModelAsync(provider, "sim-json");
        const string format = ""","response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{"city":{"type":"string"},"n":{"type":"integer"}},"required":["city","n"],"additionalProperties":false}}}""";
        foreach (var stream in (bool[])[false, true])
        {
            using var response = await PostAsync(model, """[{"role":"user","content":"Give me JSON"}]""", format + Streaming(stream));
            var message = await MessageAsync(response, stream);
            var answer = JsonNode.Parse((string)message["content"]!)!.AsObject();
            answer.Select(static member => member.Key).ShouldBe(["city", "n"], ignoreOrder: true);
            message.ContainsKey("tool_calls").ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("anthropic", "sim-error-400", 400, "invalid_request_error")]
    [InlineData("anthropic", "sim-529", 502, "upstream_error")]
    [InlineData("google", "sim-error-400", 400, "invalid_request_error")]
    [InlineData("google", "sim-500", 502, "upstream_error")]
    [InlineData("azure_openai", "sim-blocked", 400, null)]
    public async Task Errors_HaveOpenAisShape(string provider, string upstreamModel, int status, string? type)
    {
        using var response = await PostAsync(await ModelAsync(provider, upstreamModel), """[{"role":"user","content":"Hi"}]""", "");
        response.StatusCode.ShouldBe((HttpStatusCode)status, await response.Content.ReadAsStringAsync());
        var error = await response.ErrorAsync();
        if (type is not null)
            error.GetProperty("type").GetString().ShouldBe(type);
        if (provider == "azure_openai")
            error.Code().ShouldBe("content_filter");
    }

    [Fact]
    public async Task Request_ThatCannotBeConverted_IsRefusedByItsParameter()
    {
        using var response = await PostAsync(await ModelAsync("anthropic", "sim-chat"), """[{"role":"user","content":[{"type":"text"}]}]""", "");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.ErrorAsync()).GetProperty("param").GetString().ShouldBe("messages[0].content[0].text");
        gateway.Simulator.Since(0).ShouldNotContain(call => call.RequestId == response.Id());
    }

    [Theory]
    [InlineData("{}", "/openai/deployments/sim-chat/chat/completions?api-version=2024-10-21")]
    [InlineData("""{"api":"v1"}""", "/openai/v1/chat/completions")]
    public async Task Azure_IsCalled_InBothItsForms(string config, string target)
    {
        var model = await gateway.AddModelAsync("sim-chat", provider =>
        {
            provider.ProviderType = "azure_openai";
            provider.SealedConfig = gateway.SealConfig(provider.Id, config);
        });
        using var response = await PostAsync(model, """[{"role":"user","content":"Hi"}]""", Streaming(true));
        ((string?)(await MessageAsync(response, stream: true))["content"]).ShouldNotBeNullOrEmpty();
        gateway.Simulator.Since(0).Last(call => call.RequestId == response.Id()).Target.ShouldBe(target);
        (await gateway.RowAsync(response.Id())).UsageSource.ShouldBe("upstream");
    }

    private static string Streaming(bool stream) => stream ? ",\"stream\":true" : "";

    private Task<string> ModelAsync(string provider, string upstreamModel) => gateway.AddModelAsync(upstreamModel, added => added.ProviderType = provider);

    private Task<HttpResponseMessage> PostAsync(string model, string messages, string extra) =>
        gateway.ChatAsync(gateway.Identity.AddKey(), $$"""{"model":"{{model}}","messages":{{messages}}{{extra}}}""");

    /// <summary>The message, put together as the official clients do it.</summary>
    private static async Task<JsonObject> MessageAsync(HttpResponseMessage response, bool stream)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        if (!stream)
            return JsonNode.Parse(text)!["choices"]![0]!["message"]!.AsObject().DeepClone().AsObject();
        var message = new JsonObject();
        text.TrimEnd().ShouldEndWith("data: [DONE]");
        foreach (var line in text.Split('\n').Where(static line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            if (JsonNode.Parse(line[6..])!["choices"]!.AsArray() is [{ } choice, ..])
                Accumulate(message, choice["delta"]!.AsObject());
        }

        return message;
    }

    private static void Accumulate(JsonObject target, JsonObject delta)
    {
        foreach (var (name, value) in delta.ToArray())
        {
            if (name == "tool_calls")
            {
                var calls = target["tool_calls"]?.AsArray() ?? (JsonArray)(target["tool_calls"] = new JsonArray())!;
                foreach (var piece in value!.AsArray())
                {
                    var index = (int)piece!["index"]!;
                    if (calls.Count <= index)
                        calls.Add(new JsonObject());
                    var known = piece.DeepClone().AsObject();
                    known.Remove("index");
                    Accumulate(calls[index]!.AsObject(), known);
                }
            }
            else if (value is JsonObject inner && target[name] is JsonObject whole)
            {
                Accumulate(whole, inner);
            }
            else if (value is JsonValue && value.GetValueKind() == JsonValueKind.String && target[name] is JsonValue before)
            {
                target[name] = (string?)before + (string?)value;
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
