using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Tests.Formats.Anthropic;

public sealed class AnswerTests
{
    private const string Ask = """{"max_tokens":9000,"messages":[{"role":"user","content":"Hi"}]}""";
    private const string AskThinking = """{"max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public void Answer_ThereAndBack_IsTheSame()
    {
        const string Json = """{"id":"msg_01","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0"},{"type":"text","text":"é€","citations":[{"type":"page_location","cited_text":"x","document_index":0,"document_title":"T","start_page_number":1,"end_page_number":2}]},{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1.50}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":7,"cache_read_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3},"output_tokens":20,"output_tokens_details":{"thinking_tokens":6}}}""";
        var call = Converted.Read(AskThinking);
        var answer = Converted.Answer(Json, call);
        answer.Usage.ShouldBe(new TokenUsage(22, 20, 5, 7, 6) { CacheWrite1h = 3 });
        Converted.Write(answer, call).ShouldBe(Json);
        call.Notes.ToString().ShouldBe("");
    }

    [Theory]
    [InlineData("end_turn", "Stop")]
    [InlineData("max_tokens", "Length")]
    [InlineData("stop_sequence", "StopSequence")]
    [InlineData("tool_use", "ToolCalls")]
    [InlineData("pause_turn", "Pause")]
    [InlineData("refusal", "Refusal")]
    [InlineData("model_context_window_exceeded", "ContextWindow")]
    [InlineData("something_new", "Other")]
    public void StopReason_OfAnthropic_IsRead(string raw, string reason)
    {
        var answer = Converted.Answer($$"""{"content":[{"type":"text","text":"x"}],"stop_reason":"{{raw}}","stop_sequence":"END"}""", Converted.Read(Ask));
        answer.Choices[0].Finish.ShouldBe(new Finish(Enum.Parse<FinishReason>(reason), raw, "END"));
    }

    [Theory]
    [InlineData("Stop", false, "end_turn")]
    [InlineData("Stop", true, "tool_use")]
    [InlineData("StopSequence", false, "stop_sequence")]
    [InlineData("Length", true, "max_tokens")]
    [InlineData("ToolCalls", true, "tool_use")]
    [InlineData("ToolCalls", false, "end_turn")]
    [InlineData("Refusal", false, "refusal")]
    [InlineData("ContentFilter", false, "refusal")]
    [InlineData("Pause", false, "pause_turn")]
    [InlineData("ContextWindow", false, "model_context_window_exceeded")]
    [InlineData("MalformedToolCall", false, "end_turn")]
    [InlineData("Other", false, "end_turn")]
    public void StopReason_ForAnthropic_IsWritten(string reason, bool calls, string written)
    {
        var answer = new ChatAnswer { Choices = { new AnswerChoice { Finish = new Finish(Enum.Parse<FinishReason>(reason), "raw") } } };
        answer.Choices[0].Parts.Add(calls ? new ToolCallPart("a", "f", "{}") : new TextPart("x"));
        Converted.Write(answer, Converted.Read(Ask)).ShouldContain($"\"stop_reason\":\"{written}\"");
    }

    [Fact]
    public void Refusal_HasItsWordsAndItsReason()
    {
        var answer = new ChatAnswer { Choices = { new AnswerChoice { Parts = { new RefusalPart("No.") }, Finish = new Finish(FinishReason.Stop, "stop") } } };
        Converted.Write(answer, Converted.Read(Ask)).ShouldContain("""[{"type":"text","text":"No."}],"stop_reason":"refusal","stop_sequence":null,"stop_details":{"type":"refusal","category":null,"explanation":"No."}""");
        var read = Converted.Answer("""{"content":[],"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"Why."}}""", Converted.Read(Ask));
        read.Choices[0].Parts.ShouldHaveSingleItem().ShouldBe(new RefusalPart("Why."));
    }

    [Fact]
    public void Thoughts_ThatNobodyAskedFor_AreKeptBack()
    {
        var answer = new ChatAnswer { Id = "chatcmpl-1", Model = "gpt-x", Choices = { new AnswerChoice() } };
        answer.Choices[0].Parts.AddRange([new ThinkingPart("hm", null), new TextPart("x")]);
        Converted.Write(answer, Converted.Read(Ask)).ShouldBe("""{"id":"msg_01890000","type":"message","role":"assistant","model":"gpt-x","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}""");
        Converted.Write(answer, Converted.Read(AskThinking)).ShouldContain("""[{"type":"thinking","thinking":"hm","signature":""},""");
    }

    /// <summary>What the client gets it sends again, and the provider gets it back unchanged.</summary>
    [Fact]
    public void Signatures_OfOthers_ComeBackAsTheyWere()
    {
        Part[] parts =
        [
            new ThinkingPart("hm", new Signature(SignatureOrigin.Gemini, "Z2Vt")),
            new HiddenThinkingPart(new Signature(SignatureOrigin.OpenAi, "gAAAA=="), "rs_1"),
            new HiddenThinkingPart(new Signature(SignatureOrigin.OpenAi, "gBBBB==")),
            new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, "Y2w=")),
            new ToolCallPart("a", "f", """{"x":1}""") { Signature = new Signature(SignatureOrigin.Gemini, "c2Vt+/=") },
            new ToolCallPart("b", "f", "{}"),
        ];
        var answer = new ChatAnswer { Choices = { new AnswerChoice() } };
        answer.Choices[0].Parts.AddRange(parts);
        var written = System.Text.Json.JsonDocument.Parse(Converted.Write(answer, Converted.Read(AskThinking))).RootElement.GetProperty("content").GetRawText();
        var again = Converted.Read($$"""{"max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":{{written}}}]}""");
        again.Request.Messages[1].Parts.ShouldBe(parts);
        again.Notes.ToString().ShouldBe("");

        // Claude gets nothing that others have signed.
        Converted.Write(again).ShouldContain("""{"role":"assistant","content":[{"type":"redacted_thinking","data":"Y2w="},{"type":"tool_use","id":"a","name":"f","input":{"x":1}},{"type":"tool_use","id":"b","name":"f","input":{}}]}""");
        again.Notes.ToString().ShouldBe("dropped=thinking,tool_calls.signature");
    }

    [Fact]
    public void Blocks_ThatStayWithTheirProvider_AreNoted()
    {
        var call = Converted.Read(Ask);
        Converted.Answer("""{"content":[{"type":"server_tool_use","id":"s","name":"web_search","input":{}},{"type":"web_search_tool_result","tool_use_id":"s","content":[]},{"type":"text","text":"x"}]}""", call)
            .Choices[0].Parts.ShouldHaveSingleItem();
        call.Notes.ToString().ShouldBe("dropped=server_tool_use,web_search_tool_result");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"content":"x"}""")]
    public void Answer_ThatIsNoMessage_IsRefused(string json) =>
        Should.Throw<System.Text.Json.JsonException>(() => Converted.Answer(json, Converted.Read(Ask)));
}
