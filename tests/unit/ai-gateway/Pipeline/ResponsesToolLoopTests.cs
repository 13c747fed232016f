using System.Text.Json;
using ThinkWatch.AiGateway.Tests.Fleet;
using static ThinkWatch.AiGateway.Tests.Pipeline.ResponsesCalls;

namespace ThinkWatch.AiGateway.Tests.Pipeline;

/// <summary>
/// A client of Responses uses tools with thinking on: the simulated providers refuse a result that comes without the thoughts, signed and unchanged, that
/// led to its call.
/// </summary>
public sealed class ResponsesToolLoopTests(GatewayFixture gateway)
{
    private const string Tools = """
        "reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"],
        "tools":[{"type":"namespace","name":"sky","description":"Weather","tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}]
        """;

    public static TheoryData<string, string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, string, bool, bool>();
        foreach (var (type, upstream) in ((string, string)[])[("anthropic", "claude-sim-think-tools"), ("google", "gemini-sim-think-tools"), ("bedrock", "anthropic.claude-sim-think-tools-v1:0"), ("openai", "sim-think-tools"), ("custom", "sim-think-tools")])
        {
            cases.Add(type, upstream, false, false);
            cases.Add(type, upstream, false, true);
            cases.Add(type, upstream, true, false);
            cases.Add(type, upstream, true, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Loop_IsClosed(string type, string upstream, bool stream, bool stored)
    {
        var key = gateway.Identity.AddKey();
        var model = await gateway.AddModelAsync(upstream, added => gateway.SetType(added, type));
        var settings = $"\"model\":\"{model}\",\"stream\":{(stream ? "true" : "false")},\"store\":{(stored ? "true" : "false")},{Tools}";
        const string Question = """{"role":"user","content":"Weather in Ulm?"}""";
        var first = await gateway.ResponseAsync(key, $"{{{settings},\"input\":[{Question}]}}");
        var call = first.GetProperty("output").EnumerateArray().Single(static item => item.GetProperty("type").GetString() == "function_call");
        (call.GetProperty("name").GetString(), call.GetProperty("namespace").GetString()).ShouldBe(("get_weather", "sky"));
        JsonDocument.Parse(call.GetProperty("arguments").GetString()!).RootElement.GetProperty("city").ValueKind.ShouldBe(JsonValueKind.String);

        var result = $$"""{"type":"function_call_output","call_id":"{{call.GetProperty("call_id").GetString()}}","output":"18 degrees"}""";
        var turn = stored
            ? $"{{{settings},\"previous_response_id\":\"{IdOf(first)}\",\"input\":[{result}]}}"
            : $"{{{settings},\"input\":[{Question},{string.Join(',', first.GetProperty("output").EnumerateArray())},{result}]}}";
        var second = await gateway.ResponseAsync(key, turn);
        second.GetProperty("status").GetString().ShouldBe("completed");
        second.GetProperty("output").EnumerateArray().Select(static item => item.GetProperty("type").GetString()).ShouldContain("message");
    }
}
