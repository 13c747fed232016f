using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Compatibility;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.AiGateway.Tests.Pipeline;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Catalog;

namespace ThinkWatch.AiGateway.Tests.Guard;

/// <summary>Every action of rules on what is asked and what is answered, on every surface, passed through and converted, as JSON and as a stream. The simulator repeats what it is told.</summary>
public sealed class ContentRuleSurfaceTests(GatewayFixture gateway)
{
    private static readonly (string Name, string Match, string Pattern)[] s_rules =
        [("block", "contains", "secret falcon"), ("redact", "regex", "code-[0-9]+"), ("warn", "contains", "careful"), ("log", "contains", "noted")];

    public static TheoryData<string, string, bool> Cases()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (var (path, own, other) in ((string, string, string)[])
            [("/v1/chat/completions", "openai", "bedrock"), ("/v1/messages", "anthropic", "custom"), ("/v1/responses", "openai", "google")])
        {
            foreach (var type in (string[])[own, other])
            {
                cases.Add(path, type, false);
                cases.Add(path, type, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Input_MeetsEveryAction(string path, string type, bool stream)
    {
        var (key, model) = await WithRulesAsync(type, "input");
        using var blocked = await PostAsync(key, path, Ask(path, model, "the Secret Falcon", stream));
        blocked.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        CodeOf(path, JsonDocument.Parse(await blocked.Content.ReadAsStringAsync()).RootElement).ShouldBe("content_blocked");
        gateway.Simulator.Since(0).ShouldNotContain(call => call.RequestId == blocked.Id());
        (await gateway.RowAsync(blocked.Id())).Outcome.ShouldBe(Outcome.Denied);

        using var passed = await PostAsync(key, path, Ask(path, model, "careful, code-77 is noted", stream));
        var answer = await AnswerAsync(path, passed, stream);
        gateway.Received(passed).ShouldContain("careful, [REDACTED] is noted");
        answer.ShouldEndWith("careful, [REDACTED] is noted");
        passed.Headers.GetValues("x-thinkwatch-warning").Single().ShouldBe("warn");
        HitsOf(await gateway.RowAsync(passed.Id())).ShouldBe(["log/input/log/1", "redact/input/redact/1", "warn/input/warn/1"]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Output_MeetsEveryAction(string path, string type, bool stream)
    {
        var (key, model) = await WithRulesAsync(type, "output");
        using var blocked = await PostAsync(key, path, Ask(path, model, "the secret falcon lands", stream));
        var refused = await blocked.Content.ReadAsStringAsync();
        refused.ShouldContain("content_blocked");
        refused.ShouldNotContain("falcon");
        if (!stream)
        {
            blocked.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            CodeOf(path, JsonDocument.Parse(refused).RootElement).ShouldBe("content_blocked");
        }
        else
        {
            ShouldEndAsBroken(path, refused);
        }

        var row = await gateway.RowAsync(blocked.Id());
        row.ErrorType.ShouldBe("content_blocked");
        row.ResponseBody.ToStringUtf8().ShouldNotContain("falcon");
        HitsOf(row).ShouldBe(["block/output/block/1"]);

        using var passed = await PostAsync(key, path, Ask(path, model, "careful, code-77 is noted", stream));
        (await AnswerAsync(path, passed, stream)).ShouldEndWith("careful, [REDACTED] is noted");
        var kept = await gateway.RowAsync(passed.Id());
        kept.ResponseBody.ToStringUtf8().ShouldNotContain("code-77");
        HitsOf(kept).ShouldBe(["log/output/log/1", "redact/output/redact/1", "warn/output/warn/1"]);
    }

    /// <summary>Rules look at what tools are called with as well.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Arguments_AreAnOutputToo(string path, string type, bool stream)
    {
        var (key, model) = await WithRulesAsync(type, "output");
        using var passed = await PostAsync(key, path, Ask(path, model, "[[call send {\\\"to\\\":\\\"code-77 noted\\\"}]]", stream));
        var body = await passed.Content.ReadAsStringAsync();
        passed.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        using var answer = JsonDocument.Parse(stream ? StreamedAnswer.Of(path, body).ToJsonString() : body);
        var (_, arguments) = Surface.All.Single(surface => surface.Path == path).ToolCalls(answer.RootElement).ShouldHaveSingleItem();
        JsonDocument.Parse(arguments).RootElement.GetProperty("to").GetString().ShouldBe("[REDACTED] noted");
        HitsOf(await gateway.RowAsync(passed.Id())).ShouldBe(["log/output/log/1", "redact/output/redact/1"]);
        using var blocked = await PostAsync(key, path, Ask(path, model, "[[call send {\\\"to\\\":\\\"the secret falcon\\\"}]]", stream));
        (await blocked.Content.ReadAsStringAsync()).ShouldContain("content_blocked");
    }

    /// <summary>Thoughts are shown to the client, so rules see them; they are signed, so none changes them.</summary>
    [Theory]
    [InlineData("/v1/chat/completions", "custom", false)]
    [InlineData("/v1/chat/completions", "bedrock", true)]
    [InlineData("/v1/messages", "anthropic", false)]
    [InlineData("/v1/messages", "anthropic", true)]
    [InlineData("/v1/responses", "google", false)]
    [InlineData("/v1/responses", "bedrock", true)]
    public async Task Thoughts_AreSeenByRulesAndStayAsTheyAre(string path, string type, bool stream)
    {
        var (key, model) = await WithRulesAsync(type, "output", "sim-think-aloud");
        var question = Ask(path, model, "careful, code-77 is noted", stream).Replace("\"store\":false", "\"store\":false,\"reasoning\":{\"effort\":\"medium\",\"summary\":\"auto\"}", StringComparison.Ordinal);
        using var passed = await PostAsync(key, path, question);
        var body = await passed.Content.ReadAsStringAsync();
        passed.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        body.ShouldContain("code-77");
        HitsOf(await gateway.RowAsync(passed.Id())).ShouldBe(["log/output/log/2", "redact/output/redact/1", "warn/output/warn/2"]);
    }

    [Fact]
    public async Task Embeddings_MeetRulesOnInput()
    {
        var (key, model) = await WithRulesAsync("openai", "input");
        using var blocked = await PostAsync(key, "/v1/embeddings", $$"""{"model":"{{model}}","input":["fine","secret falcon"]}""");
        blocked.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await blocked.ErrorAsync()).Code().ShouldBe("content_blocked");
        using var passed = await PostAsync(key, "/v1/embeddings", $$"""{"model":"{{model}}","input":"careful, code-77"}""");
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Received(passed).ShouldContain("\"careful, [REDACTED]\"");
        passed.Headers.GetValues("x-thinkwatch-warning").Single().ShouldBe("warn");
    }

    [Fact]
    public async Task CountTokens_MeetsRulesOnInput()
    {
        var (key, model) = await WithRulesAsync("anthropic", "input");
        using var blocked = await PostAsync(key, "/v1/messages/count_tokens", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"secret falcon"}]}""");
        blocked.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        CodeOf("/v1/messages", JsonDocument.Parse(await blocked.Content.ReadAsStringAsync()).RootElement).ShouldBe("content_blocked");
        using var passed = await PostAsync(key, "/v1/messages/count_tokens", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"careful, code-77"}]}""");
        passed.StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Received(passed).ShouldContain("\"careful, [REDACTED]\"");
    }

    /// <summary>The surface's own error, and nothing of what says that all went well.</summary>
    private static void ShouldEndAsBroken(string path, string sse)
    {
        var events = StreamedAnswer.Events(sse);
        switch (path)
        {
            case "/v1/messages":
                ((string?)events[^1]["type"]).ShouldBe("error");
                sse.ShouldContain("event: error\n");
                sse.ShouldNotContain("message_stop");
                ((string?)events[^1]["error"]!["details"]!["error_code"]).ShouldBe("content_blocked");
                break;
            case "/v1/responses":
                sse.ShouldContain("event: error\n");
                sse.ShouldNotContain("response.completed");
                var error = events.Single(static one => (string?)one["type"] == "error");
                ((string?)error["code"]).ShouldBe("content_blocked");
                for (var i = 0; i < events.Count; i++)
                    ((int?)events[i]["sequence_number"]).ShouldBe(i);
                break;
            default:
                ((string?)events[^1]["error"]!["code"]).ShouldBe("content_blocked");
                sse.ShouldNotContain("[DONE]");
                break;
        }
    }

    private static string? CodeOf(string path, JsonElement answer)
    {
        var error = answer.GetProperty("error");
        if (path != "/v1/messages")
            return error.GetProperty("code").GetString();
        answer.GetProperty("type").GetString().ShouldBe("error");
        error.GetProperty("type").GetString().ShouldBe("invalid_request_error");
        return error.GetProperty("details").GetProperty("error_code").GetString();
    }

    private static string[] HitsOf(GatewayCall row)
    {
        using var hits = JsonDocument.Parse(row.GuardHits);
        return
        [
            .. hits.RootElement.EnumerateArray().Select(static hit => string.Join('/', hit.GetProperty("rule").GetString(), hit.GetProperty("scope").GetString(), hit.GetProperty("action").GetString(), hit.GetProperty("count").GetInt32()))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string Ask(string path, string model, string text, bool stream)
    {
        const string Schema = """{"type":"object","properties":{"to":{"type":"string"}}}""";
        var head = $"\"model\":\"{model}\",\"stream\":{(stream ? "true" : "false")}";
        var turn = $"[{{\"role\":\"user\",\"content\":\"{text}\"}}]";
        return path switch
        {
            "/v1/messages" => $"{{{head},\"max_tokens\":900,\"messages\":{turn},\"tools\":[{{\"name\":\"send\",\"input_schema\":{Schema}}}]}}",
            "/v1/responses" => $"{{{head},\"store\":false,\"input\":{turn},\"tools\":[{{\"type\":\"function\",\"name\":\"send\",\"strict\":false,\"parameters\":{Schema}}}]}}",
            _ => $"{{{head},\"messages\":{turn},\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"send\",\"parameters\":{Schema}}}}}]}}",
        };
    }

    private static async Task<string> AnswerAsync(string path, HttpResponseMessage response, bool stream)
    {
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        using var answer = JsonDocument.Parse(stream ? StreamedAnswer.Of(path, body).ToJsonString() : body);
        return Surface.All.Single(surface => surface.Path == path).Text(answer.RootElement);
    }

    private async Task<(string Key, string Model)> WithRulesAsync(string type, string scope, string behaviour = "sim-chat")
    {
        var organization = Guid.CreateVersion7().ToString();
        var model = await gateway.AddModelAsync(
            type == "bedrock" ? $"anthropic.claude-{behaviour}-v1:0" : behaviour,
            provider =>
            {
                provider.OrgId = organization;
                gateway.SetType(provider, type);
            },
            entry => entry.OrgId = organization);
        await gateway.ChangeCatalogAsync(snapshot => snapshot.ContentRules.AddRange(s_rules.Select(rule => new ContentRule
        {
            Id = Guid.CreateVersion7().ToString(),
            OrgId = organization,
            Name = rule.Name,
            Match = rule.Match,
            Pattern = rule.Pattern,
            Scope = scope,
            Action = rule.Name,
            Severity = "high",
        })));
        return (gateway.Identity.AddKey(principal => principal.OrgId = organization), model);
    }

    private async Task<HttpResponseMessage> PostAsync(string key, string path, string body) => await gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    });
}
