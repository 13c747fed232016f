using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Bedrock;
using static ThinkWatch.AiGateway.Tests.Formats.ProviderSide;

namespace ThinkWatch.AiGateway.Tests.Formats.Bedrock;

/// <summary>What Converse's answers are understood as, whole and streamed.</summary>
public sealed class AnswerTests
{
    private const string Claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";

    private static readonly BedrockFormat s_format = new();

    [Theory]
    [InlineData(Claude, "Claude")]
    [InlineData("amazon.nova-2-lite-v1:0", "Bedrock")]
    public void Answer_WithAllItsParts_IsRead(string model, string origin)
    {
        const string Said = """
            {"metrics":{"latencyMs":1},"output":{"message":{"role":"assistant","content":[
              {"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"sig"}}},
              {"reasoningContent":{"redactedContent":"cmVk"}},
              {"text":"It is"},
              {"citationsContent":{"content":[{"text":"so"}],"citations":[{"title":"T","sourceContent":[{"text":"as said"}],"location":{"documentChar":{"documentIndex":0,"start":3,"end":9}}}]}},
              {"toolUse":{"toolUseId":"tooluse_1","name":"weather","input":{"city": "Ulm"}}},
              {"image":{"format":"png","source":{"bytes":"AAA="}}}]}},
             "stopReason":"tool_use","usage":{"inputTokens":10,"outputTokens":20,"totalTokens":130,"cacheReadInputTokens":70,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":25}]}}
            """;
        using var call = Call(model, Chat());
        var answer = s_format.ReadAnswer(Json(Said), call);
        Lines(answer).ShouldBe($$"""
            answer  
            thinking Hm. <{{origin}}:sig>
            hidden <{{origin}}:cmVk>
            text It is
            text so [T  3-9 as said]
            call tooluse_1 weather {"city": "Ulm"}
            image image/png AAA=
            finish ToolCalls tool_use
            usage 110 20 cached 70 written 30 reasoning 0
            """);
        answer.Usage!.Value.CacheWrite1h.ShouldBe(25);
    }

    [Theory]
    [InlineData("end_turn", FinishReason.Stop)]
    [InlineData("tool_use", FinishReason.ToolCalls)]
    [InlineData("max_tokens", FinishReason.Length)]
    [InlineData("stop_sequence", FinishReason.StopSequence)]
    [InlineData("guardrail_intervened", FinishReason.ContentFilter)]
    [InlineData("content_filtered", FinishReason.ContentFilter)]
    [InlineData("model_context_window_exceeded", FinishReason.ContextWindow)]
    [InlineData("malformed_tool_use", FinishReason.MalformedToolCall)]
    [InlineData("malformed_model_output", FinishReason.Other)]
    [InlineData("refusal", FinishReason.Refusal)]
    [InlineData("pause_turn", FinishReason.Pause)]
    [InlineData("something_new", FinishReason.Other)]
    internal void StopReason_IsUnderstood_WholeAndStreamed(string raw, FinishReason expected)
    {
        using var call = Call(Claude, Chat());
        var said = $$"""{"output":{"message":{"content":[]} },"stopReason":"{{raw}}","additionalModelResponseFields":{"stop_sequence":"END"} }""";
        s_format.ReadAnswer(Json(said), call).Choices[0].Finish.ShouldBe(new Finish(expected, raw, "END"));
        var streamed = $$"""{"stopReason":"{{raw}}","additionalModelResponseFields":{"delta":{"stop_sequence":"END"} } }""";
        Events(s_format, call, ("messageStop", streamed)).ShouldBe($"started\n0 finished {expected} {raw} END\ncomplete");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"output":{}}""")]
    [InlineData("""{"output":{"message":{"content":[{"toolUse":{"name":"f"}}]}}}""")]
    public void Answer_ThatIsNone_IsAnError(string said)
    {
        using var call = Call(Claude, Chat());
        Should.Throw<JsonException>(() => s_format.ReadAnswer(Json(said), call));
    }

    [Fact]
    public void Stream_OfThoughtsTextAndCalls_IsRead()
    {
        using var call = Call(Claude, Chat());
        Events(
            s_format, call,
            ("messageStart", """{"p":"abcd","role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Let"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":" me."}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"cmVk"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"Hi"}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"citation":{"title":"T","source":"https://a.example","sourceContent":[{"text":"w"}]}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":2}"""),
            ("contentBlockStart", """{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":3,"delta":{"toolUse":{"input":""}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{\"a\":1}"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":3}"""),
            ("contentBlockStart", """{"contentBlockIndex":4,"start":{"toolUse":{"toolUseId":"t2","name":"g"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":4}"""),
            ("messageStop", """{"stopReason":"tool_use"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":5,"delta":{"text":"late"}}"""),
            ("metadata", """{"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},"metrics":{"latencyMs":9}}""")).ShouldBe("""
            started
            0.0 Thinking
            0.0 += Let
            0.0 +=  me.
            0.0 signed <Claude:sig>
            0.0 ended
            0.1 Whole hidden <Claude:cmVk>
            0.1 ended
            0.2 Text
            0.2 += Hi
            0.2 cited https://a.example w
            0.2 ended
            0.3 ToolCall call t1 f
            0.3 += {"a":1}
            0.3 ended
            0.4 ToolCall call t2 g
            0.4 ended
            0 finished ToolCalls tool_use
            usage 3 4 cached 0 written 0 reasoning 0
            complete
            """);
    }

    [Fact]
    public void Stream_ThatBreaksOff_ClosesWhatIsOpenAndIsNotComplete()
    {
        using var call = Call(Claude, Chat());
        Events(s_format, call, ("contentBlockDelta", """{"delta":{"text":"Hi"}}""")).ShouldBe("started\n0.0 Text\n0.0 += Hi\n0.0 ended\ncut");
    }

    [Theory]
    [InlineData("!throttlingException", """{"message":"Too many"}""", "fault Too many | throttlingException | ")]
    [InlineData("!modelStreamErrorException", """{"originalStatusCode":500,"originalMessage":"broke"}""", "fault broke | modelStreamErrorException | ")]
    [InlineData("!InternalError", "plain words", "fault plain words | InternalError | ")]
    public void Stream_WithAnException_IsAFault(string name, string data, string expected)
    {
        using var call = Call(Claude, Chat());
        Events(s_format, call, (name, data), ("contentBlockDelta", """{"delta":{"text":"late"}}""")).ShouldBe(expected + "\ncut");
    }

    [Theory]
    [InlineData("contentBlockDelta", """{"delta":{"toolUse":{"input":"lost"}}}""", "started\ncut")]
    [InlineData("contentBlockDelta", """{"delta":7}""", "started\ncut")]
    [InlineData("contentBlockStart", "[]", "started\ncut")]
    [InlineData("somethingNew", "{}", "started\ncut")]
    public void Stream_WithOddPieces_DoesNotBreak(string name, string data, string expected)
    {
        using var call = Call(Claude, Chat());
        Events(s_format, call, (name, data)).ShouldBe(expected);
    }

    [Fact]
    public void Stream_ThatIsNoJson_IsAnError()
    {
        using var call = Call(Claude, Chat());
        Should.Throw<JsonException>(() => Events(s_format, call, ("contentBlockDelta", "nonsense")));
    }

    [Theory]
    [InlineData("""{"message":"Malformed input"}""", "Malformed input", null)]
    [InlineData("""{"Message":"User is not authorized","__type":"com.amazon#AccessDeniedException"}""", "User is not authorized", "AccessDeniedException")]
    [InlineData("<html>", null, null)]
    [InlineData("[]", null, null)]
    public void Fault_IsInAwssWords(string body, string? message, string? type) => s_format.ReadFault(Encoding.UTF8.GetBytes(body)).ShouldBe(new ProviderFault(message, type, null, null));

    [Fact]
    public void Facts_OfAnAnswer_AreRead()
    {
        var facts = default(AnswerFacts);
        s_format.TryReadAnswer("""{"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":4,"cacheReadInputTokens":2}}"""u8, ref facts).ShouldBeTrue();
        (facts.FinishReason, facts.Usage).ShouldBe(("end_turn", new Accounting.TokenUsage(5, 4, 2, 0, 0)));
        s_format.TryReadAnswer("nonsense"u8, ref facts).ShouldBeFalse();
    }
}
