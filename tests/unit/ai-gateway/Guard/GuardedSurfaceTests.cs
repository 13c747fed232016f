using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ThinkWatch.AiGateway.Tests.Compatibility;
using ThinkWatch.AiGateway.Tests.Fleet;
using ThinkWatch.AiGateway.Tests.Pipeline;

namespace ThinkWatch.AiGateway.Tests.Guard;

/// <summary>
/// Personal data on every surface, with every provider, as JSON and as a stream: none of it leaves, all of it comes back, and what must stay as it is to the
/// byte (signed thoughts, images) does.
/// </summary>
public sealed class GuardedSurfaceTests(GatewayFixture gateway)
{
    private const string Image = Surface.Pixel;
    private const string Send = """{"type":"object","properties":{"to":{"type":"string"}},"required":["to"]}""";

    private static readonly Dictionary<string, string> s_upstreams = new()
    {
        ["openai"] = "sim-",
        ["custom"] = "sim-",
        ["azure_openai"] = "sim-",
        ["anthropic"] = "claude-sim-",
        ["google"] = "gemini-sim-",
        ["bedrock"] = "anthropic.claude-sim-",
    };

    public static TheoryData<string, string, bool> Everywhere()
    {
        var cases = new TheoryData<string, string, bool>();
        foreach (var surface in Surface.All)
        {
            foreach (var type in s_upstreams.Keys)
            {
                cases.Add(surface.Path, type, false);
                cases.Add(surface.Path, type, true);
            }
        }

        return cases;
    }

    /// <summary>Every text of a conversation: the provider tells, in pieces of a dozen characters, all that it was told.</summary>
    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Texts_OfEveryRole_AreNotForTheProvider_AndComeBack(string path, string type, bool stream)
    {
        var model = await ModelAsync(type, "inspect");
        var (said, images) = path switch
        {
            "/v1/messages" => (s_messages, 1),
            "/v1/responses" => (s_responses, 1),
            _ => (s_chat, 0),
        };
        var (response, answer) = await AskAsync(gateway.Identity.AddKey(), path, model, said, stream);
        var sent = gateway.Received(response);
        sent.ShouldNotContain("@example.com");
        sent.Split(Image).Length.ShouldBe(images + 1);
        for (var i = 1; i <= 6; i++)
            sent.ShouldMatch($$$"""\{\{EMAIL_[0-9a-f]{8}_{{{i}}}\}\}""");
        var text = SurfaceOf(path).Text(answer);
        foreach (var who in (string[])["system", "second", "user", "argument", "result", "last"])
            text.ShouldContain(who + "@example.com");
        text.ShouldNotContain("{{EMAIL");
        text.ShouldContain("stay at example.com", Case.Sensitive);

        var row = await gateway.RowAsync(response.Id());
        row.Redacted.ShouldBeTrue();
        (row.RequestBody.ToStringUtf8() + row.ResponseBody.ToStringUtf8()).ShouldNotContain("@example.com");
    }

    /// <summary>Arguments come in fragments that cut placeholders.</summary>
    [Theory]
    [MemberData(nameof(Everywhere))]
    public async Task Arguments_OfToolCalls_ComeBack(string path, string type, bool stream)
    {
        var model = await ModelAsync(type, "chat");
        var said = "\"[[call send {\\\"to\\\":\\\"bob@example.com\\\",\\\"cc\\\":[\\\"eve@example.com\\\"]}]]\"";
        var (response, answer) = await AskAsync(gateway.Identity.AddKey(), path, model, Conversation(path, said, null), stream);
        gateway.Received(response).ShouldNotContain("@example.com");
        var (name, arguments) = SurfaceOf(path).ToolCalls(answer).ShouldHaveSingleItem();
        name.ShouldBe("send");
        JsonNode.DeepEquals(JsonNode.Parse(arguments), JsonNode.Parse("""{"to":"bob@example.com","cc":["eve@example.com"]}""")).ShouldBeTrue(arguments);
    }

    /// <summary>Thoughts that tell of what was redacted are signed as they are: the client is given them so, and the simulator refuses them otherwise.</summary>
    [Theory]
    [InlineData("/v1/messages", "anthropic")]
    [InlineData("/v1/messages", "bedrock")]
    [InlineData("/v1/messages", "google")]
    [InlineData("/v1/chat/completions", "anthropic")]
    [InlineData("/v1/chat/completions", "bedrock")]
    [InlineData("/v1/responses", "openai")]
    [InlineData("/v1/responses", "anthropic")]
    [InlineData("/v1/responses", "google")]
    public async Task Thoughts_KeepTheirSignature_OverALoopOfTools(string path, string type)
    {
        foreach (var stream in (bool[])[false, true])
        {
            var key = gateway.Identity.AddKey();
            var model = await ModelAsync(type, "think-aloud-tools");
            var (_, first) = await AskAsync(key, path, model, Conversation(path, "\"write to bob@example.com\"", null), stream);
            var thought = first.GetRawText();
            if (type is "anthropic" or "bedrock" && path != "/v1/responses")
                thought.ShouldMatch(@"trailing space write to \{\{EMAIL_[0-9a-f]{8}_1\}\}");
            thought.ShouldNotContain("bob@");
            var (second, answer) = await AskAsync(key, path, model, Conversation(path, "\"write to bob@example.com\"", first), stream);
            gateway.Received(second).ShouldNotContain("@example.com");
            SurfaceOf(path).Text(answer).ShouldContain("sent to eve@example.com");
        }
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("custom")]
    public async Task Tokens_AreCountedOfWhatWouldBeSent(string type)
    {
        var model = await ModelAsync(type, "chat");
        using var response = await PostAsync(gateway.Identity.AddKey(), "/v1/messages/count_tokens", $$"""{"model":"{{model}}",{{s_messages}}}""");
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        if (type == "anthropic")
            gateway.Received(response).ShouldNotContain("@example.com");
        var row = await gateway.RowAsync(response.Id());
        row.RequestBody.ToStringUtf8().ShouldNotContain("@example.com");
        row.RequestBody.ToStringUtf8().ShouldContain("{{EMAIL_");
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("azure_openai")]
    [InlineData("google")]
    [InlineData("bedrock")]
    public async Task Embeddings_AreMadeOfPlaceholders(string type)
    {
        var model = await gateway.AddModelAsync(type == "bedrock" ? "cohere.embed-multilingual-v3" : "sim-chat", added => gateway.SetType(added, type));
        var key = gateway.Identity.AddKey();
        foreach (var input in (string[])["\"mail bob@example.com\"", "[\"mail bob@example.com\",\"or eve@example.com\"]"])
        {
            using var response = await PostAsync(key, "/v1/embeddings", $$"""{"model":"{{model}}","input":{{input}}}""");
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            foreach (var call in gateway.Simulator.Since(0).Where(call => call.RequestId == response.Id()))
                Encoding.UTF8.GetString(call.Body!).ShouldMatch(@"\{\{EMAIL_[0-9a-f]{8}_[12]\}\}");
            (await gateway.RowAsync(response.Id())).RequestBody.ToStringUtf8().ShouldNotContain("@example.com");
        }
    }

    /// <summary>What is stored is the client's own; what goes on from it is redacted like the first time, to the same placeholders.</summary>
    [Theory]
    [InlineData("openai", false)]
    [InlineData("openai", true)]
    [InlineData("anthropic", false)]
    [InlineData("google", true)]
    public async Task StoredResponse_IsTheClientsOwn_AndItsNextTurnIsRedactedAlike(string type, bool stream)
    {
        var key = gateway.Identity.AddKey();
        var model = await ModelAsync(type, "chat");
        var (first, answer) = await AskAsync(key, "/v1/responses", model, "\"instructions\":\"serve boss@example.com\",\"input\":\"I am bob@example.com\"", stream);
        var salted = Placeholder(gateway.Received(first), 2);
        SurfaceOf("/v1/responses").Text(answer).ShouldEndWith("I am bob@example.com");
        var id = answer.GetProperty("id").GetString()!;
        var stored = await gateway.StoredAsync(HttpMethod.Get, key, id, HttpStatusCode.OK);
        SurfaceOf("/v1/responses").Text(stored).ShouldEndWith("I am bob@example.com");
        stored.GetRawText().ShouldNotContain("{{EMAIL");

        // The new turn names somebody else: bob stays who he was.
        var (second, next) = await AskAsync(
            key, "/v1/responses", model, $"\"instructions\":\"serve boss@example.com\",\"previous_response_id\":\"{id}\",\"input\":\"and eve@example.com, bob@example.com\"", stream);
        var sent = gateway.Received(second);
        sent.ShouldNotContain("@example.com");
        sent.ShouldContain("and " + salted.Replace("_2}}", "_3}}", StringComparison.Ordinal) + ", " + salted);
        SurfaceOf("/v1/responses").Text(next).ShouldEndWith("and eve@example.com, bob@example.com");
    }

    private static Surface SurfaceOf(string path) => Surface.All.Single(surface => surface.Path == path);

    private static string Placeholder(string sent, int number)
    {
        var end = sent.IndexOf($"_{number}}}}}", StringComparison.Ordinal);
        return sent[sent.LastIndexOf("{{EMAIL_", end, StringComparison.Ordinal)..(end + 4)];
    }

    private static readonly string s_messages =
        """
        "max_tokens":9000,"system":[{"type":"text","text":"be system@example.com"},{"type":"text","text":"or second@example.com","cache_control":{"type":"ephemeral"}}],
        "messages":[{"role":"user","content":[{"type":"text","text":"I am user@example.com, not stay at example.com"}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"send","input":{"to":"argument@example.com"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"by result@example.com"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"IMAGE"}}]},{"type":"text","text":"last@example.com"}]}],
        "tools":[{"name":"send","input_schema":SCHEMA}]
        """.Replace("IMAGE", Image, StringComparison.Ordinal).Replace("SCHEMA", Send, StringComparison.Ordinal);

    private static readonly string s_responses =
        """
        "store":false,"instructions":"be system@example.com",
        "input":[{"role":"developer","content":"or second@example.com"},{"role":"user","content":[{"type":"input_text","text":"I am user@example.com, not stay at example.com"}]},
        {"type":"function_call","call_id":"call_1","name":"send","arguments":"{\"to\":\"argument@example.com\"}"},
        {"type":"function_call_output","call_id":"call_1","output":[{"type":"input_text","text":"by result@example.com"},{"type":"input_image","detail":"auto","image_url":"data:image/png;base64,IMAGE"}]},
        {"role":"user","content":"last@example.com"}],"tools":[{"type":"function","name":"send","strict":false,"parameters":SCHEMA}]
        """.Replace("IMAGE", Image, StringComparison.Ordinal).Replace("SCHEMA", Send, StringComparison.Ordinal);

    private static readonly string s_chat =
        """
        "messages":[{"role":"system","content":"be system@example.com"},{"role":"developer","content":[{"type":"text","text":"or second@example.com"}]},
        {"role":"user","content":[{"type":"text","text":"I am user@example.com, not stay at example.com"}]},
        {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"send","arguments":"{\"to\":\"argument@example.com\"}"}}]},
        {"role":"tool","tool_call_id":"call_1","content":"by result@example.com"},{"role":"user","content":"last@example.com"}],
        "tools":[{"type":"function","function":{"name":"send","parameters":SCHEMA}}]
        """.Replace("SCHEMA", Send, StringComparison.Ordinal);

    /// <summary>A question; with an answer that called a tool, also that and the tool's result.</summary>
    private static string Conversation(string path, string said, JsonElement? called)
    {
        var question = $$"""{"role":"user","content":{{said}}}""";
        const string Result = "\"sent to eve@example.com\"";
        switch (path)
        {
            case "/v1/messages":
                var content = called?.GetProperty("content");
                var uses = content is null ? "" : $$""",{"role":"assistant","content":{{content}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{content.Value.EnumerateArray().Last().GetProperty("id").GetString()}}","content":{{Result}}}]}""";
                return $$"""  "max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{{question}}{{uses}}],"tools":[{"name":"send","input_schema":{{Send}}}]""";
            case "/v1/responses":
                var output = called?.GetProperty("output");
                var items = output is null ? "" : $$""",{{string.Join(',', output.Value.EnumerateArray())}},{"type":"function_call_output","call_id":"{{output.Value.EnumerateArray().Single(static item => item.TryGetProperty("call_id", out _)).GetProperty("call_id").GetString()}}","output":{{Result}}}""";
                return $$"""  "store":false,"reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"],"input":[{{question}}{{items}}],"tools":[{"type":"function","name":"send","strict":false,"parameters":{{Send}}}]""";
            default:
                var message = called?.GetProperty("choices")[0].GetProperty("message");
                var calls = message is null ? "" : $$""",{{message}},{"role":"tool","tool_call_id":"{{message.Value.GetProperty("tool_calls")[0].GetProperty("id").GetString()}}","content":{{Result}}}""";
                return $$"""  "reasoning_effort":"low","messages":[{{question}}{{calls}}],"tools":[{"type":"function","function":{"name":"send","parameters":{{Send}} } }]""";
        }
    }

    private Task<string> ModelAsync(string type, string scenario) =>
        gateway.AddModelAsync(s_upstreams[type] + scenario + (type == "bedrock" ? "-v1:0" : ""), added => gateway.SetType(added, type));

    private async Task<(HttpResponseMessage Response, JsonElement Answer)> AskAsync(string key, string path, string model, string members, bool stream)
    {
        var response = await PostAsync(key, path, $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},{{members}}}""");
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return (response, JsonDocument.Parse(stream ? StreamedAnswer.Of(path, body).ToJsonString() : body).RootElement);
    }

    private async Task<HttpResponseMessage> PostAsync(string key, string path, string body) => await gateway.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    });
}
