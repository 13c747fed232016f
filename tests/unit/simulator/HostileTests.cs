using System.Text;
using System.Text.Json.Nodes;

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>Whatever is sent is answered or refused: a status of 500 is one that was asked for.</summary>
public sealed class HostileTests(Simulator simulator)
{
    private const int Mutations = 1000;

    private static readonly Dictionary<string, string> Rich = new()
    {
        ["chat"] = """
            {"model":"sim-parallel","stream":true,"n":2,"stop":["x"],"temperature":0.5,"max_tokens":20,"reasoning_effort":"low","metadata":{"simulator":"think"},"tool_choice":{"type":"function","function":{"name":"f"}},
            "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}},"stream_options":{"include_usage":true},
            "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"array","items":{"type":"number","minimum":3}}}}}}],
            "messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"t [[call f {}]]"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":"r"}]}
            """,
        ["responses"] = """
            {"model":"sim-inspect","stream":true,"instructions":"i","include":["reasoning.encrypted_content"],"reasoning":{"effort":"low","summary":"auto"},"store":false,"text":{"format":{"type":"text"}},
            "tools":[{"type":"function","name":"f","parameters":{"type":"object"}},{"type":"namespace","name":"n","tools":[{"type":"function","name":"g"}]}],"tool_choice":{"type":"function","name":"f"},
            "input":[{"role":"user","content":[{"type":"input_text","text":"t"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"}]},{"type":"function_call","id":"fc_1","call_id":"a","name":"f","arguments":"{}"},
            {"type":"function_call_output","call_id":"a","output":[{"type":"input_text","text":"r"}]}]}
            """,
        ["anthropic"] = """
            {"model":"sim-inspect","max_tokens":4096,"stream":true,"temperature":1,"stop_sequences":["x"],"thinking":{"type":"adaptive"},"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],
            "tools":[{"name":"f","input_schema":{"type":"object"}}],"tool_choice":{"type":"auto"},"output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"string"}}},
            "messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"text","text":"t"}]},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"r"}]}]}]}
            """,
        ["gemini"] = """
            {"systemInstruction":{"parts":[{"text":"s"}]},"generationConfig":{"temperature":1,"topK":3,"maxOutputTokens":20,"stopSequences":["x"],"thinkingConfig":{"thinkingBudget":5,"includeThoughts":true},"responseMimeType":"application/json",
            "responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}},"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}}]}],
            "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"contents":[{"role":"user","parts":[{"text":"t"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
            {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"skip_thought_signature_validator"}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]}]}
            """,
        ["bedrock"] = """
            {"system":[{"text":"s"},{"cachePoint":{"type":"default"}}],"inferenceConfig":{"maxTokens":4096,"temperature":1,"topP":0.5,"stopSequences":["x"]},"additionalModelRequestFields":{"thinking":{"type":"adaptive"},"top_k":3},
            "toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"auto":{}}},"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\"}"}}}},
            "messages":[{"role":"user","content":[{"text":"t"},{"image":{"format":"png","source":{"bytes":"AAAA"}}},{"document":{"format":"pdf","name":"d","source":{"bytes":"AAAA"}}}]},
            {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"json":{"a":1}}],"status":"success"}}]}]}
            """,
    };

    private static readonly string[] Odd = ["null", "true", "-1", "1e999", "99999999999999999999", "1.5", "\"\"", "\"\\ud800\"", "\"x\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"type\":\"text\"}"];

    public static TheoryData<string> Formats => [.. Rich.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Request_WithAnythingInAnyPlace_IsNeverAFault(string format)
    {
        var whole = await SendAsync(format, Rich[format]);
        whole.Status.ShouldBe(200, whole.Text);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < Mutations; i++)
        {
            var body = Mutate(Rich[format], random);
            var (status, text) = await SendAsync(format, body);
            status.ShouldBeInRange(200, 499, $"seed {seed}, mutation {i}: {body} was answered {text}");
        }
    }

    /// <summary>Puts one odd value in place of a value of the request, or takes a member away.</summary>
    private static string Mutate(string body, Random random)
    {
        var root = JsonNode.Parse(body)!;
        var all = new List<JsonNode>();
        Collect(root, all);
        var victim = all[random.Next(all.Count)];
        var odd = Odd[random.Next(Odd.Length)];
        if (victim.Parent is JsonObject parent && random.Next(4) == 0)
            parent.Remove(victim.GetPropertyName());
        else
            victim.ReplaceWith("@odd@");
        return root.ToJsonString().Replace("\"@odd@\"", odd);
    }

    private static void Collect(JsonNode node, List<JsonNode> all)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject one => one.Select(static member => member.Value),
            JsonArray many => many,
            _ => [],
        };
        foreach (var child in children.OfType<JsonNode>())
        {
            all.Add(child);
            Collect(child, all);
        }
    }

    private async Task<(int Status, string Text)> SendAsync(string format, string body)
    {
        using var request = Wire.Call(format, simulator.Url, "sim-inspect", stream: true);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (format == "bedrock")
        {
            request.Headers.Clear();
            Wire.Sign(request, body, "simulator");
        }

        using var response = await simulator.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
