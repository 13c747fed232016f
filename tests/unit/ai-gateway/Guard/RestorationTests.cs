using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Formats;

namespace ThinkWatch.AiGateway.Tests.Guard;

public sealed class RestorationTests
{
    private const string One = "{{EMAIL_0a1b2c3d_1}}";

    [Theory]
    [InlineData("OpenAiChat", """{"id":"P","choices":[{"message":{"content":"to P, P","reasoning_content":"P","tool_calls":[{"function":{"arguments":"{\"a\":\"P\"}"}}]}}]}""",
        """{"id":"P","choices":[{"message":{"content":"to A, A","reasoning_content":"P","tool_calls":[{"function":{"arguments":"{\"a\":\"B\"}"}}]}}]}""")]
    [InlineData("AnthropicMessages", """{"content":[{"type":"thinking","thinking":"P","signature":"P"},{"type":"text","text":"P"},{"type":"tool_use","input":{"a":["P"]}}]}""",
        """{"content":[{"type":"thinking","thinking":"P","signature":"P"},{"type":"text","text":"A"},{"type":"tool_use","input":{"a":["A"]}}]}""")]
    [InlineData("OpenAiResponses", """{"instructions":"P","output":[{"type":"reasoning","summary":[{"text":"P"}]},{"type":"message","content":[{"type":"output_text","text":"P"}]},{"type":"function_call","arguments":"{\"a\":\"P\"}"}]}""",
        """{"instructions":"A","output":[{"type":"reasoning","summary":[{"text":"P"}]},{"type":"message","content":[{"type":"output_text","text":"A"}]},{"type":"function_call","arguments":"{\"a\":\"B\"}"}]}""")]
    public void Answer_IsRestored_EscapedForItsPlace(string format, string answer, string expected) =>
        GuardCase.Restore(Enum.Parse<WireFormat>(format), answer.Replace("P", One, StringComparison.Ordinal), "say \"é\"\n")
            .ShouldBe(expected.Replace("A", """say \"é\"\n""", StringComparison.Ordinal).Replace("B", """say \\\"é\\\"\\n""", StringComparison.Ordinal).Replace("P", One, StringComparison.Ordinal));

    [Fact]
    public void Placeholders_OfOthers_StayAsTheyAre()
    {
        const string Answer = """{"choices":[{"message":{"content":"{{EMAIL_ffffffff_1}} {{EMAIL_0a1b2c3d_2}} {{{EMAIL_0a1b2c3d_1}}} {{name}} {{"}}]}""";
        GuardCase.Restore(WireFormat.OpenAiChat, Answer, "a@b.io").ShouldBe(Answer.Replace(One, "a@b.io", StringComparison.Ordinal));
    }

    /// <summary>Cut at every place: each event is well formed, nothing is lost, doubled or left unrestored, and no text waits that could not be a placeholder.</summary>
    [Theory]
    [InlineData("OpenAiChat")]
    [InlineData("AnthropicMessages")]
    [InlineData("OpenAiResponses")]
    public void Stream_CutAnywhere_IsRestored(string name)
    {
        const string Text = $"é {One}{{{One}}} {{{{x}}}} {{{{EMAIL_0a1b2c3d_12}}}}{{{{EMA";
        const string Expected = "é a@\"b{a@\"b} {{x}} {{EMAIL_0a1b2c3d_12}}{{EMA";
        var format = Enum.Parse<WireFormat>(name);
        for (var size = 1; size <= Text.Length; size++)
        {
            var pieces = Text.Chunk(size).Select(static piece => new string(piece)).ToArray();
            var stream = GuardCase.Stream(format, StreamOf(format, pieces), "a@\"b");
            TextOf(format, stream).ShouldBe(Expected, $"in pieces of {size}");
        }
    }

    [Fact]
    public void Stream_OfArguments_StaysADocument()
    {
        const string Arguments = "{\"to\":\"" + One + "\",\"n\":{\"x\":{}}}";
        for (var size = 1; size <= Arguments.Length; size++)
        {
            var events = Arguments.Chunk(size)
                .Select(static piece => $$$"""data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":{{{JsonSerializer.Serialize(new string(piece))}}}}}]},"finish_reason":null}]}""" + "\n\n")
                .Append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n");
            var arguments = string.Concat(Datas(GuardCase.Stream(WireFormat.OpenAiChat, events, "q\"\\@b.io"))
                .Select(static data => data.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("tool_calls", out var calls) ? calls[0].GetProperty("function").GetProperty("arguments").GetString() : ""));
            JsonDocument.Parse(arguments).RootElement.GetProperty("to").GetString().ShouldBe("q\"\\@b.io");
        }
    }

    [Fact]
    public void Stream_OfSeveralChoices_DoesNotMixThem()
    {
        string Event(int index, string text) => $$$"""data: {"choices":[{"index":{{{index}}},"delta":{"content":"{{{text}}}"},"finish_reason":null}]}""" + "\n\n";
        var stream = GuardCase.Stream(WireFormat.OpenAiChat, [Event(0, "{{EMAIL_0a1b"), Event(1, "{{EMAIL_0"), Event(0, "2c3d_1}}"), Event(1, "a1b2c3d_2}}")], "a@x", "b@x");
        stream.ShouldBe(Event(0, "") + Event(1, "") + Event(0, "a@x") + Event(1, "b@x"));
    }

    [Fact]
    public void Event_WithoutPlaceholders_PassesByteForByte()
    {
        string[] events = [": ping\n\n", "event: x\r\ndata: {\"choices\" : [ {\"index\":0,\"delta\":{\"content\":\"{ { \"}} ]}\r\n\r\n", "data: no json\n\n", "data: [DONE]\n\n"];
        GuardCase.Stream(WireFormat.OpenAiChat, events, "a@x").ShouldBe(string.Concat(events));
    }

    [Fact]
    public void Responses_EventsAfterAnAddedOne_AreNumberedAnew()
    {
        var stream = GuardCase.Stream(WireFormat.OpenAiResponses, StreamOf(WireFormat.OpenAiResponses, ["a", "b {{EM"]), "a@x");
        Datas(stream).Select(static data => data.GetProperty("sequence_number").GetInt32()).ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    private static IEnumerable<string> StreamOf(WireFormat format, string[] pieces)
    {
        var texts = pieces.Select(static piece => JsonSerializer.Serialize(piece));
        return format switch
        {
            WireFormat.OpenAiChat => texts
                .Select(static text => $$$"""data: {"choices":[{"index":0,"delta":{"content":{{{text}}}},"finish_reason":null}]}""" + "\n\n")
                .Append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n").Append("data: [DONE]\n\n"),
            WireFormat.AnthropicMessages => texts
                .Select(static text => "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":" + text + "}}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n")
                .Append("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n").Append("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"),
            _ => texts
                .Select(static text => "\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":" + text)
                .Append("\"type\":\"response.output_text.done\",\"output_index\":0,\"content_index\":0,\"text\":\"x\"")
                .Append("\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\"}")
                .Append("\"type\":\"response.completed\",\"response\":{\"output\":[]}")
                .Select((members, number) => "data: {" + members + ",\"sequence_number\":" + number + "}\n\n"),
        };
    }

    private static string TextOf(WireFormat format, string stream)
    {
        var text = new StringBuilder();
        foreach (var data in Datas(stream))
        {
            text.Append(format switch
            {
                WireFormat.OpenAiChat => data.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "",
                WireFormat.AnthropicMessages => data.TryGetProperty("delta", out var delta) ? delta.GetProperty("text").GetString() : "",
                _ => data.TryGetProperty("delta", out var delta) ? delta.GetString() : "",
            });
        }

        return text.ToString();
    }

    private static IEnumerable<JsonElement> Datas(string stream) =>
        stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static one => one[(one.IndexOf("data: ", StringComparison.Ordinal) + 6)..])
            .Where(static data => data != "[DONE]").Select(static data => JsonDocument.Parse(data).RootElement).Where(static data => !data.TryGetProperty("type", out var type) || type.GetString() != "ping");
}
