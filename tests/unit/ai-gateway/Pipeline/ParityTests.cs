using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ThinkWatch.AiGateway.Tests.Fleet;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>
/// One rich request from each surface: what the imitations of Google and Bedrock understood of it is what the surface's own provider understood.
/// </summary>
public sealed class ParityTests(GatewayFixture gateway)
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    private const string Pdf = "JVBERi0xLjQKJSVFT0Y=";
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string","enum":["Ulm","Bonn"]},"days":{"type":"integer"}},"required":["city"]}""";

    private static readonly string s_messages = Filled("""
        "max_tokens":3000,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Be kind."}],
        "messages":[
          {"role":"user","content":[{"type":"text","text":"What is this? <é>"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@PNG"}},
            {"type":"document","title":"report","source":{"type":"base64","media_type":"application/pdf","data":"@PDF"}}]},
          {"role":"assistant","content":[{"type":"text","text":"Let me look."},{"type":"tool_use","id":"toolu_1","name":"look","input":{"city":"Ulm","days":2}},{"type":"tool_use","id":"toolu_2","name":"look","input":{"city":"Bonn"}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"here"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"@PNG"}}]},
            {"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":"broken"},{"type":"text","text":"Go on."}]}],
        "tools":[{"name":"look","description":"Looks","input_schema":@SCHEMA},{"name":"other","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"auto"},
        "stop_sequences":["END"],"temperature":0.5
        """);

    private static readonly string s_chat = Filled("""
        "max_tokens":3000,"messages":[{"role":"system","content":"Be brief."},{"role":"developer","content":"Be kind."},
          {"role":"user","content":[{"type":"text","text":"What is this? <é>"},{"type":"image_url","image_url":{"url":"data:image/png;base64,@PNG"}},
            {"type":"file","file":{"filename":"report.pdf","file_data":"data:application/pdf;base64,@PDF"}}]},
          {"role":"assistant","content":"Let me look.","tool_calls":[{"id":"call_a","type":"function","function":{"name":"look","arguments":"{\"city\":\"Ulm\",\"days\":2}"}},{"id":"call_b","type":"function","function":{"name":"look","arguments":"{\"city\":\"Bonn\"}"}}]},
          {"role":"tool","tool_call_id":"call_a","content":"here"},{"role":"tool","tool_call_id":"call_b","content":"there"},{"role":"user","content":"Go on."}],
        "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":@SCHEMA}}],"tool_choice":"auto","stop":["END"],"temperature":0.5,"top_p":0.9
        """);

    [Theory]
    [InlineData("google", "gemini-sim-inspect", false)]
    [InlineData("google", "gemini-sim-inspect", true)]
    [InlineData("bedrock", "anthropic.claude-sim-inspect-v1:0", false)]
    [InlineData("bedrock", "anthropic.claude-sim-inspect-v1:0", true)]
    public async Task Messages_AreUnderstoodAsByAnthropic(string type, string upstream, bool stream)
    {
        var own = await InspectAsync("/v1/messages", "anthropic", "claude-sim-inspect", s_messages, false);
        Comparable(await InspectAsync("/v1/messages", type, upstream, s_messages, stream)).ShouldBe(Comparable(own));
    }

    [Theory]
    [InlineData("google", "gemini-sim-inspect", false)]
    [InlineData("google", "gemini-sim-inspect", true)]
    [InlineData("bedrock", "amazon.nova-sim-inspect-v1:0", false)]
    [InlineData("bedrock", "amazon.nova-sim-inspect-v1:0", true)]
    public async Task Chat_IsUnderstoodAsByOpenAi(string type, string upstream, bool stream)
    {
        var own = await InspectAsync("/v1/chat/completions", "custom", "sim-inspect", s_chat, false);
        Comparable(await InspectAsync("/v1/chat/completions", type, upstream, s_chat, stream)).ShouldBe(Comparable(own));
    }

    [Theory]
    [InlineData("google", "gemini-sim-json")]
    [InlineData("bedrock", "anthropic.claude-sonnet-4-5-sim-json-v1:0")]
    [InlineData("bedrock", "amazon.nova-sim-json-v1:0")]
    public async Task Shape_OfTheAnswer_IsKept_WholeAndStreamed(string type, string upstream)
    {
        var body = Filled("""
            "max_tokens":3000,"messages":[{"role":"user","content":"Where?"}],"response_format":{"type":"json_schema","json_schema":{"name":"place","strict":true,"schema":@SCHEMA}}
            """);
        foreach (var stream in (bool[])[false, true])
            (await InspectAsync("/v1/chat/completions", type, upstream, body, stream))["city"]!.GetValue<string>().ShouldBeOneOf("Ulm", "Bonn");
    }

    private static string Filled(string template) => template
        .Replace("@PNG", Png, StringComparison.Ordinal).Replace("@PDF", Pdf, StringComparison.Ordinal).Replace("@SCHEMA", Schema, StringComparison.Ordinal);

    private async Task<JsonNode> InspectAsync(string path, string type, string upstream, string body, bool stream)
    {
        var model = await gateway.AddModelAsync(upstream, added => gateway.SetType(added, type));
        using var request = Calls.Post(gateway.Identity.AddKey(), $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},{{body}}}""");
        request.RequestUri = new Uri(path, UriKind.Relative);
        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer);
        return JsonNode.Parse(stream ? TextOfStream(answer) : TextOf(JsonNode.Parse(answer)!))!;
    }

    private static string TextOf(JsonNode answer) => answer["content"] is JsonArray blocks
        ? string.Concat(blocks.Select(static block => block!["text"]?.GetValue<string>()))
        : answer["choices"]![0]!["message"]!["content"]!.GetValue<string>();

    private static string TextOfStream(string events)
    {
        var text = new StringBuilder();
        foreach (var line in events.Split('\n').Where(static line => line.StartsWith("data: {", StringComparison.Ordinal)))
        {
            var one = JsonNode.Parse(line[6..])!;
            text.Append(one["delta"]?["text"]?.GetValue<string>());
            text.Append((one["choices"] as JsonArray)?.FirstOrDefault()?["delta"]?["content"]?.GetValue<string>());
        }

        return text.ToString();
    }

    /// <summary>Without what the formats have each of their own: names of formats and models, ids where there are none, cache points and signatures.</summary>
    private static string Comparable(JsonNode inspection)
    {
        var root = inspection.AsObject();
        foreach (var own in (string[])["format", "model", "stream", "other_fields", "thinking", "parallel_tools"])
            root.Remove(own);
        Strip(root);
        root["sampling"] = new JsonObject(root["sampling"]!.AsObject().OrderBy(static one => one.Key).Select(static one => KeyValuePair.Create(one.Key, one.Value?.DeepClone())));
        return root.ToJsonString(new global::System.Text.Json.JsonSerializerOptions { WriteIndented = true, Encoder = global::System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonObject item)
        {
            foreach (var own in (string[])["cache", "file_name", "detail", "signed"])
                item.Remove(own);
            if (item["kind"]?.GetValue<string>() is "tool_result" or "tool_call")
            {
                item.Remove("id");
                if (item["kind"]!.GetValue<string>() == "tool_result")
                    item.Remove("name");
            }

            foreach (var (_, value) in item)
                Strip(value);
        }
        else if (node is JsonArray list)
        {
            foreach (var one in list)
                Strip(one);
        }
    }
}
