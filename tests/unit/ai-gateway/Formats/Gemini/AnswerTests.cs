using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Gemini;
using static ThinkWatch.AiGateway.Tests.Formats.ProviderSide;

namespace ThinkWatch.AiGateway.Tests.Formats.Gemini;

/// <summary>What Gemini's answers are understood as, whole and streamed.</summary>
public sealed class AnswerTests
{
    private static readonly GeminiFormat s_format = new();

    [Fact]
    public void Answer_WithAllItsParts_IsRead()
    {
        const string Said = """
            {"responseId":"r1","modelVersion":"gemini-3-flash","candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[
              {"text":"Let me see.","thought":true},
              {"text":"It is","thoughtSignature":"s1"},
              {"functionCall":{"name":"weather","args":{"city":"Ulm"}},"thoughtSignature":"s2"},
              {"functionCall":{"id":"g7","name":"weather","args":{"city":"Bonn"}}},
              {"inlineData":{"mimeType":"image/png","data":"AAA="}},
              {"inlineData":{"mimeType":"audio/wav","data":"UklG"}},
              {"executableCode":{"code":"1"}}]}}],
             "usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"toolUsePromptTokenCount":5,"candidatesTokenCount":20,"thoughtsTokenCount":30,"totalTokenCount":155}}
            """;
        using var call = Call("gemini-3-flash", Chat());
        Lines(s_format.ReadAnswer(Json(Said), call)).ShouldBe($$"""
            answer r1 gemini-3-flash
            thinking Let me see.
            text It is
            hidden <Gemini:s1>
            call {{MadeId(0)}} weather {"city":"Ulm"} <Gemini:s2>
            call g7 weather {"city":"Bonn"}
            image image/png AAA=
            audio wav UklG
            finish ToolCalls STOP
            usage 105 50 cached 60 written 0 reasoning 30
            """);
        call.Notes.ToString().ShouldBe("dropped=executableCode");
    }

    [Theory]
    [InlineData("STOP", FinishReason.Stop)]
    [InlineData("MAX_TOKENS", FinishReason.Length)]
    [InlineData("CONTINUATION", FinishReason.Length)]
    [InlineData("SAFETY", FinishReason.ContentFilter)]
    [InlineData("RECITATION", FinishReason.ContentFilter)]
    [InlineData("BLOCKLIST", FinishReason.ContentFilter)]
    [InlineData("PROHIBITED_CONTENT", FinishReason.ContentFilter)]
    [InlineData("SPII", FinishReason.ContentFilter)]
    [InlineData("MODEL_ARMOR", FinishReason.ContentFilter)]
    [InlineData("IMAGE_SAFETY", FinishReason.ContentFilter)]
    [InlineData("IMAGE_PROHIBITED_CONTENT", FinishReason.ContentFilter)]
    [InlineData("IMAGE_RECITATION", FinishReason.ContentFilter)]
    [InlineData("MALFORMED_FUNCTION_CALL", FinishReason.MalformedToolCall)]
    [InlineData("UNEXPECTED_TOOL_CALL", FinishReason.MalformedToolCall)]
    [InlineData("TOO_MANY_TOOL_CALLS", FinishReason.Other)]
    [InlineData("LANGUAGE", FinishReason.Other)]
    [InlineData("OTHER", FinishReason.Other)]
    [InlineData("NO_IMAGE", FinishReason.Other)]
    [InlineData("IMAGE_OTHER", FinishReason.Other)]
    [InlineData("FINISH_REASON_UNSPECIFIED", FinishReason.Other)]
    [InlineData("SOMETHING_NEW", FinishReason.Other)]
    internal void FinishReason_IsUnderstood_WholeAndStreamed(string raw, FinishReason expected)
    {
        var said = $$$"""{"candidates":[{"finishReason":"{{{raw}}}","content":{"parts":[{"text":"x"}]}}]}""";
        using var call = Call("gemini-3-flash", Chat());
        s_format.ReadAnswer(Json(said), call).Choices[0].Finish.ShouldBe(new Finish(expected, raw));
        Events(s_format, call, ("", said)).ShouldEndWith($"0 finished {expected} {raw}\ncomplete");
    }

    [Fact]
    public void Prompt_ThatWasBlocked_IsAFilteredAnswer_WholeAndStreamed()
    {
        const string Said = """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9},"modelVersion":"m"}""";
        using var call = Call("gemini-3-flash", Chat());
        Lines(s_format.ReadAnswer(Json(Said), call)).ShouldBe("answer  m\nfinish ContentFilter PROHIBITED_CONTENT\nusage 9 0 cached 0 written 0 reasoning 0");
        Events(s_format, call, ("", Said)).ShouldBe("started  m\n0 finished ContentFilter PROHIBITED_CONTENT\nusage 9 0 cached 0 written 0 reasoning 0\ncomplete");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}""")]
    public void Answer_ThatIsNone_IsAnError(string said)
    {
        using var call = Call("gemini-3-flash", Chat());
        Should.Throw<JsonException>(() => s_format.ReadAnswer(Json(said), call));
    }

    [Theory]
    [InlineData("""{"candidates":7,"promptFeedback":{"blockReason":"X"}}""")]
    [InlineData("""{"candidates":[7,{"content":3},{"content":{"parts":[1,{"text":4},{"inlineData":[]}]},"groundingMetadata":{"groundingSupports":[{}]}}],"usageMetadata":[]}""")]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"\ud800"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":"x","thoughtsTokenCount":-5}}""")]
    public void Answer_WithOddPieces_DoesNotBreak(string said)
    {
        using var call = Call("gemini-3-flash", Chat());
        s_format.ReadAnswer(Json(said), call).Choices.ShouldNotBeEmpty();
        Events(s_format, call, ("", said)).ShouldNotBeEmpty();
    }

    [Fact]
    public void Citations_CountInCharacters()
    {
        const string Said = """
            {"candidates":[{"content":{"parts":[{"text":"thought","thought":true},{"text":"é😀Spain won."}]},"finishReason":"STOP","groundingMetadata":{
              "groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}},{"web":{"uri":"https://b.example","title":"B"}}],
              "groundingSupports":[{"segment":{"partIndex":1,"startIndex":6,"endIndex":16,"text":"Spain won."},"groundingChunkIndices":[0,1,9]}]}}]}
            """;
        using var call = Call("gemini-3-flash", Chat());
        Lines(s_format.ReadAnswer(Json(Said), call)).ShouldContain("text é😀Spain won. [A https://a.example 3-13 Spain won.] [B https://b.example 3-13 Spain won.]");
    }

    [Fact]
    public void Logprobs_AreOpenAis()
    {
        const string Said = """
            {"candidates":[{"content":{"parts":[{"text":"Hé"}]},"finishReason":"STOP","logprobsResult":{
              "chosenCandidates":[{"token":"Hé","tokenId":3,"logProbability":-0.5}],"topCandidates":[{"candidates":[{"token":"Hé","logProbability":-0.5},{"token":"X","logProbability":-2}]}]}}]}
            """;
        const string Expected = """{"content":[{"token":"Hé","logprob":-0.5,"bytes":[72,195,169],"top_logprobs":[{"token":"Hé","logprob":-0.5,"bytes":[72,195,169]},{"token":"X","logprob":-2,"bytes":[88]}]}],"refusal":null}""";
        using var call = Call("gemini-3-flash", Chat());
        s_format.ReadAnswer(Json(Said), call).Choices[0].Logprobs!.Value.GetRawText().ShouldBe(Expected);
        Events(s_format, call, ("", Said)).ShouldContain("0 logprobs " + Expected);
    }

    [Fact]
    public void Stream_OfThoughtsTextAndCalls_IsRead()
    {
        using var call = Call("gemini-3-flash", Chat());
        Events(
            s_format, call,
            ("", """{"candidates":[{"content":{"parts":[{"text":"Let","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":4,"thoughtsTokenCount":1},"modelVersion":"m","responseId":"r"}"""),
            ("", """{"candidates":[{"content":{"parts":[{"text":" me.","thought":true}]},"index":0}]}"""),
            ("", """{"candidates":[{"content":{"parts":[{"text":"It "}]},"index":0}]}"""),
            ("", """{"candidates":[{"content":{"parts":[{"text":"is"}]},"index":0}]}"""),
            ("", """{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"s0"}]},"index":0}]}"""),
            ("", """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"s1"},{"functionCall":{"name":"g"}}]},"index":0}]}"""),
            ("", """{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":6,"thoughtsTokenCount":3}}"""),
            ("", """{"candidates":[{"content":{"parts":[{"text":"late"}]},"finishReason":"STOP","index":0}]}""")).ShouldBe($$"""
            started r m
            0.0 Thinking
            0.0 += Let
            usage 4 1 cached 0 written 0 reasoning 1
            0.0 += me.
            0.0 ended
            0.1 Text
            0.1 += It 
            0.1 += is
            0.1 ended
            0.2 Whole hidden <Gemini:s0>
            0.2 ended
            0.3 ToolCall call {{MadeId(0)}} f  <Gemini:s1>
            0.3 += {"a":1}
            0.3 signed <Gemini:s1>
            0.3 ended
            0.4 ToolCall call {{MadeId(1)}} g
            0.4 += {}
            0.4 ended
            0 finished ToolCalls STOP
            usage 4 9 cached 0 written 0 reasoning 3
            complete
            """.Replace("+= me.", "+=  me.", StringComparison.Ordinal));
    }

    [Fact]
    public void Stream_OfSeveralAnswers_KeepsThemApart()
    {
        using var call = Call("gemini-3-flash", Chat());
        Events(
            s_format, call,
            ("", """{"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},{"content":{"parts":[{"text":"a"}]}}]}"""),
            ("", """{"candidates":[{"finishReason":"STOP"}]}"""),
            ("", """{"candidates":[{"index":1,"finishReason":"MAX_TOKENS"}]}""")).ShouldBe("""
            started
            1.0 Text
            1.0 += b
            0.0 Text
            0.0 += a
            0.0 ended
            0 finished Stop STOP
            1.0 ended
            1 finished Length MAX_TOKENS
            complete
            """);
    }

    [Fact]
    public void Stream_ThatBreaksOff_ClosesWhatIsOpenAndIsNotComplete()
    {
        using var call = Call("gemini-3-flash", Chat());
        Events(s_format, call, ("", """{"candidates":[{"content":{"parts":[{"text":"a","thought":true,"thoughtSignature":"s"},{"text":"b"}]}}]}""")).ShouldBe("""
            started
            0.0 Thinking
            0.0 += a
            0.0 signed <Gemini:s>
            0.0 ended
            0.1 Text
            0.1 += b
            0.1 ended
            cut
            """);
    }

    [Fact]
    public void Stream_WithAnError_IsAFault()
    {
        using var call = Call("gemini-3-flash", Chat());
        Events(s_format, call, ("", """{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"""), ("", """{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}"""))
            .ShouldBe("fault Overloaded | UNAVAILABLE | \ncomplete");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"candidates":[{"index":5000000}]}""")]
    public void Stream_ThatIsNone_IsAnError(string data)
    {
        using var call = Call("gemini-3-flash", Chat());
        Should.Throw<JsonException>(() => Events(s_format, call, ("", data)));
    }

    [Theory]
    [InlineData("""{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}""", "API key not valid.", "INVALID_ARGUMENT", "API_KEY_INVALID", true, null)]
    [InlineData("""[{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}}]""", "Slow down", "RESOURCE_EXHAUSTED", null, false, 1500)]
    [InlineData("<html>", null, null, null, false, null)]
    [InlineData("[]", null, null, null, false, null)]
    public void Fault_IsInGooglesWords(string body, string? message, string? type, string? code, bool isAuthentication, int? retryMs)
    {
        var retryAfter = retryMs is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null;
        s_format.ReadFault(Encoding.UTF8.GetBytes(body)).ShouldBe(new ProviderFault(message, type, code, null) { IsAuthentication = isAuthentication, RetryAfter = retryAfter });
    }

    [Fact]
    public void Facts_OfAnAnswer_AreRead()
    {
        var facts = default(AnswerFacts);
        s_format.TryReadAnswer("""{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"thoughtsTokenCount":5}}"""u8, ref facts).ShouldBeTrue();
        facts.FinishReason.ShouldBe("STOP");
        facts.Usage.ShouldBe(new Accounting.TokenUsage(3, 9, 0, 0, 5));
        s_format.TryReadAnswer("nonsense"u8, ref facts).ShouldBeFalse();
    }
}
