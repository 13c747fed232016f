using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Responses;
using static ThinkWatch.AiGateway.Tests.Formats.Responses.ClientSide;

namespace ThinkWatch.AiGateway.Tests.Formats.Responses;

/// <summary>What a client of Responses gets for an answer, whole and streamed.</summary>
public sealed class AnswerTests
{
    private static readonly Finish s_stop = new(FinishReason.Stop, "stop");

    [Fact]
    public void Answer_IsAWholeResponseObject()
    {
        using var call = With("""
            "instructions":"Be brief.","temperature":0.5,"metadata":{"a":"b"},"previous_response_id":"resp_0","tools":[{"type":"function","name":"f"}],"user":"u"
            """);
        var answer = Answer(s_stop, new TextPart("Hello \"wörld\""));
        answer.Usage = new TokenUsage(10, 5, 4, 2, 3);
        Whole(answer, call).ShouldBe(
            """{"id":"resp_#","object":"response","created_at":1800000000,"status":"completed","background":false,"error":null,"incomplete_details":null,"instructions":"Be brief.","max_output_tokens":null,"model":"served-m","output":[{"id":"msg_#0000","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello \"wörld\""}]}],"parallel_tool_calls":true,"previous_response_id":"resp_0","prompt_cache_key":null,"reasoning":{"effort":null,"summary":null},"safety_identifier":null,"service_tier":"default","store":true,"temperature":0.5,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[{"type":"function","name":"f"}],"top_logprobs":0,"top_p":null,"truncation":"disabled","usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":15},"user":"u","metadata":{"a":"b"}}"""
                .Replace("#", Core, StringComparison.Ordinal));
    }

    [Fact]
    public void Output_HasAnItemForEveryKindOfPart()
    {
        using var call = With(""" "reasoning":{"effort":"low","summary":"auto"},"tools":[{"type":"custom","name":"apply_patch"},{"type":"namespace","name":"fs","tools":[{"type":"custom","name":"edit"}]}] """);
        var thinking = new ThinkingPart("Hm.", new Signature(SignatureOrigin.Claude, "s1"));
        var hidden = new HiddenThinkingPart(new Signature(SignatureOrigin.OpenAi, "gAAA"), "rs_up");
        var signature = new Signature(SignatureOrigin.Gemini, "g1");
        Part[] parts =
        [
            thinking, hidden, new TextPart("One ") { Citations = [new Citation("https://c", "C", null, 0, 3, null)] }, new RefusalPart("No."),
            new ToolCallPart("c1", "read", """{"p": 1}""") { Namespace = "fs", Signature = signature }, new ToolCallPart("c2", "apply_patch", """{"input":"*** x\n"}"""),
            new ToolCallPart("c3", "edit", "not json") { Namespace = "fs" }, new ImagePart(new Media("image/png", "AAA=")), new TextPart("Two"),
        ];
        Output(Answer(s_stop, parts), call).Replace(Core, "#", StringComparison.Ordinal).ShouldBe(
            """[{"id":"rs_#0000","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"T1"},{"id":"rs_up","type":"reasoning","summary":[],"encrypted_content":"gAAA"},{"id":"msg_#0002","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[{"type":"url_citation","url":"https://c","title":"C","start_index":0,"end_index":3}],"logprobs":[],"text":"One "},{"type":"refusal","refusal":"No."}]},{"id":"rs_#0003","type":"reasoning","summary":[],"encrypted_content":"T2"},{"id":"fc_#0004","type":"function_call","status":"completed","call_id":"c1","name":"read","namespace":"fs","arguments":"{\"p\": 1}"},{"id":"ctc_#0005","type":"custom_tool_call","status":"completed","call_id":"c2","name":"apply_patch","input":"*** x\n"},{"id":"ctc_#0006","type":"custom_tool_call","status":"completed","call_id":"c3","name":"edit","namespace":"fs","input":"not json"},{"id":"ig_#0007","type":"image_generation_call","status":"completed","result":"AAA="},{"id":"msg_#0008","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Two"}]}]"""
                .Replace("T1", ThoughtText.Of(thinking), StringComparison.Ordinal).Replace("T2", ThoughtText.Of("c1", signature), StringComparison.Ordinal));
        StreamedOutput(AnswerEvents.Of(Answer(s_stop, parts)), call).ShouldContain("\"custom_tool_call\"");
    }

    [Fact]
    public void Thoughts_NobodyAskedFor_AreCarriedButNotShown()
    {
        using var call = With("\"reasoning\":{\"effort\":\"low\"}");
        var thinking = new ThinkingPart("Hm.", new Signature(SignatureOrigin.Claude, "s1"));
        Output(Answer(s_stop, thinking), call).ShouldBe($$"""[{"id":"rs_{{Core}}0000","type":"reasoning","summary":[],"encrypted_content":"{{ThoughtText.Of(thinking)}}"}]""");
        StreamedOutput(AnswerEvents.Of(Answer(s_stop, thinking)), call).ShouldBe(Output(Answer(s_stop, thinking), call));
    }

    [Theory]
    [InlineData(FinishReason.Stop, "completed", null, null)]
    [InlineData(FinishReason.StopSequence, "completed", null, null)]
    [InlineData(FinishReason.ToolCalls, "completed", null, null)]
    [InlineData(FinishReason.Refusal, "completed", null, null)]
    [InlineData(FinishReason.Pause, "completed", null, null)]
    [InlineData(FinishReason.Other, "completed", null, null)]
    [InlineData(FinishReason.Length, "incomplete", "max_output_tokens", null)]
    [InlineData(FinishReason.ContextWindow, "incomplete", "max_output_tokens", null)]
    [InlineData(FinishReason.ContentFilter, "incomplete", "content_filter", null)]
    [InlineData(FinishReason.MalformedToolCall, "failed", null, "server_error")]
    internal void Finish_IsAStatus_WholeAndStreamed(FinishReason reason, string status, string? incomplete, string? error)
    {
        using var call = With("\"store\":false");
        var answer = Answer(new Finish(reason, "raw"), new TextPart("x"));
        using var whole = JsonDocument.Parse(Whole(answer, call));
        Check(whole.RootElement);
        var last = Streamed(call, AnswerEvents.Of(answer)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1].Split('\n');
        last[0].ShouldBe("event: response." + status);
        using var streamed = JsonDocument.Parse(last[1][6..]);
        Check(streamed.RootElement.GetProperty("response"));

        void Check(JsonElement response)
        {
            response.GetProperty("status").GetString().ShouldBe(status);
            response.GetProperty("incomplete_details").StringOrNull("reason").ShouldBe(incomplete);
            response.GetProperty("error").StringOrNull("code").ShouldBe(error);
            response.GetProperty("store").GetBoolean().ShouldBeFalse();
        }
    }

    [Fact]
    public void Refusal_WithoutWords_HasSome()
    {
        using var call = With("\"store\":true");
        var answer = Answer(new Finish(FinishReason.Refusal, "refusal"));
        Output(answer, call).ShouldContain("{\"type\":\"refusal\",\"refusal\":\"The model declined to answer.\"}");
        StreamedOutput(AnswerEvents.Of(answer), call).ShouldBe(Output(answer, call));
    }

    [Fact]
    public void Stream_OfTextThoughtsAndCalls_HasEveryTypedEvent()
    {
        using var call = With(""" "reasoning":{"summary":"auto"},"tools":[{"type":"custom","name":"edit"}] """);
        var signature = new Signature(SignatureOrigin.Claude, "s1");
        var stream = Streamed(
            call,
            new AnswerStarted("x", "served-m"),
            new BlockStarted(0, 0, BlockKind.Thinking), new BlockDelta(0, 0, "H"), new BlockDelta(0, 0, "m."), new BlockSigned(0, 0, signature), new BlockEnded(0, 0),
            new BlockStarted(0, 1, BlockKind.Text), new BlockDelta(0, 1, "Hel"), Pinged.Instance, new BlockDelta(0, 1, "lo"), new BlockCited(0, 1, new Citation("https://c", "C", null, 0, 5, null)), new BlockEnded(0, 1),
            new BlockStarted(0, 2, BlockKind.ToolCall, new ToolCallPart("c1", "read", "") { Namespace = "fs" }),
            new BlockStarted(0, 3, BlockKind.ToolCall, new ToolCallPart("c2", "edit", "")),
            new BlockDelta(0, 2, "{\"a\""), new BlockDelta(0, 3, "{\"input\":\"p\\n"), new BlockDelta(0, 2, ":1}"), new BlockDelta(0, 3, "q\"}"), new BlockEnded(0, 2), new BlockEnded(0, 3),
            new UsageReported(new TokenUsage(1, 2, 0, 0, 0)), new Finished(0, new Finish(FinishReason.ToolCalls, "tool_use")));
        var reasoning = $$"""{"id":"rs_#0000","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"{{ThoughtText.Of(new ThinkingPart("Hm.", signature))}}"}""";
        const string Part = """{"type":"output_text","annotations":[{"type":"url_citation","url":"https://c","title":"C","start_index":0,"end_index":5}],"logprobs":[],"text":"Hello"}""";
        const string Message = """{"id":"msg_#0001","type":"message","status":"completed","role":"assistant","content":[""" + Part + "]}";
        const string Read = """{"id":"fc_#0002","type":"function_call","status":"completed","call_id":"c1","name":"read","namespace":"fs","arguments":"{\"a\":1}"}""";
        const string Edit = """{"id":"ctc_#0003","type":"custom_tool_call","status":"completed","call_id":"c2","name":"edit","input":"p\nq"}""";
        Short(stream).ShouldBe($$$"""
            response.created in_progress []
            response.in_progress in_progress []
            {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_#0000","type":"reasoning","summary":[]}}
            {"type":"response.reasoning_summary_part.added","item_id":"rs_#0000","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_#0000","output_index":0,"summary_index":0,"delta":"H"}
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_#0000","output_index":0,"summary_index":0,"delta":"m."}
            {"type":"response.reasoning_summary_text.done","item_id":"rs_#0000","output_index":0,"summary_index":0,"text":"Hm."}
            {"type":"response.reasoning_summary_part.done","item_id":"rs_#0000","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"Hm."}}
            {"type":"response.output_item.done","output_index":0,"item":{{{reasoning}}}}
            {"type":"response.output_item.added","output_index":1,"item":{"id":"msg_#0001","type":"message","status":"in_progress","role":"assistant","content":[]}}
            {"type":"response.content_part.added","item_id":"msg_#0001","output_index":1,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}
            {"type":"response.output_text.delta","item_id":"msg_#0001","output_index":1,"content_index":0,"delta":"Hel","logprobs":[]}
            : ping
            {"type":"response.output_text.delta","item_id":"msg_#0001","output_index":1,"content_index":0,"delta":"lo","logprobs":[]}
            {"type":"response.output_text.annotation.added","item_id":"msg_#0001","output_index":1,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"https://c","title":"C","start_index":0,"end_index":5}}
            {"type":"response.output_text.done","item_id":"msg_#0001","output_index":1,"content_index":0,"text":"Hello","logprobs":[]}
            {"type":"response.content_part.done","item_id":"msg_#0001","output_index":1,"content_index":0,"part":{{{Part}}}}
            {"type":"response.output_item.done","output_index":1,"item":{{{Message}}}}
            {"type":"response.output_item.added","output_index":2,"item":{"id":"fc_#0002","type":"function_call","status":"in_progress","call_id":"c1","name":"read","namespace":"fs","arguments":""}}
            {"type":"response.output_item.added","output_index":3,"item":{"id":"ctc_#0003","type":"custom_tool_call","status":"in_progress","call_id":"c2","name":"edit","input":""}}
            {"type":"response.function_call_arguments.delta","item_id":"fc_#0002","output_index":2,"delta":"{\"a\""}
            {"type":"response.function_call_arguments.delta","item_id":"fc_#0002","output_index":2,"delta":":1}"}
            {"type":"response.function_call_arguments.done","item_id":"fc_#0002","output_index":2,"name":"read","arguments":"{\"a\":1}"}
            {"type":"response.output_item.done","output_index":2,"item":{{{Read}}}}
            {"type":"response.custom_tool_call_input.delta","item_id":"ctc_#0003","output_index":3,"delta":"p\nq"}
            {"type":"response.custom_tool_call_input.done","item_id":"ctc_#0003","output_index":3,"input":"p\nq"}
            {"type":"response.output_item.done","output_index":3,"item":{{{Edit}}}}
            response.completed completed [{{{reasoning}}},{{{Message}}},{{{Read}}},{{{Edit}}}]
            """);
    }

    [Fact]
    public void Stream_OfARefusal_HasItsOwnEvents()
    {
        using var call = With("\"store\":true");
        var stream = Short(Streamed(call, AnswerEvents.Of(Answer(s_stop, new RefusalPart("No.")))));
        stream.ShouldContain("""{"type":"response.refusal.delta","item_id":"msg_#0000","output_index":0,"content_index":0,"delta":"No."}""");
        stream.ShouldContain("""{"type":"response.refusal.done","item_id":"msg_#0000","output_index":0,"content_index":0,"refusal":"No."}""");
    }

    [Fact]
    public void Stream_ThatBreaks_SaysSoOnce_InStep()
    {
        using var call = With("\"store\":true");
        var stream = Short(Streamed(call, new BlockStarted(0, 0, BlockKind.Text), new BlockDelta(0, 0, "Hel"), new Faulted(new ProviderFault("Overloaded", "overloaded_error", null, null)), new BlockDelta(0, 0, "lo")));
        stream.ShouldEndWith("""
            {"type":"error","code":null,"message":"Overloaded","param":null,"error":{"type":"overloaded_error","code":null,"message":"Overloaded","param":null}}
            response.failed failed []
            """);
    }

    [Fact]
    public void Stream_WithoutEndsOrWithStrangeBlocks_IsStillWhole()
    {
        using var call = With("\"store\":true");
        var stream = Short(Streamed(
            call, new BlockDelta(0, 9, "lost"), new BlockEnded(0, 9), new BlockStarted(1, 0, BlockKind.Text), new BlockStarted(0, 0, BlockKind.Text), new BlockDelta(0, 0, "a"),
            new BlockStarted(0, 0, BlockKind.ToolCall, new ToolCallPart("c", "f", "{}"))));
        stream.ShouldEndWith(
            """response.completed completed [{"id":"msg_#0000","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"a"}]},{"id":"fc_#0001","type":"function_call","status":"completed","call_id":"c","name":"f","arguments":"{}"}]""");
    }

    [Fact]
    public void Observer_FollowsWhatTheWriterWrites()
    {
        using var call = With("\"store\":true");
        var answer = Answer(new Finish(FinishReason.Length, "length"), new TextPart("Hello"));
        answer.Usage = new TokenUsage(10, 5, 4, 2, 3);
        using var observer = Observed(Streamed(call, AnswerEvents.Of(answer)));
        observer.IsComplete.ShouldBeTrue();
        (observer.Facts.Usage, observer.Facts.FinishReason, observer.TextBytes, observer.Fault).ShouldBe((new TokenUsage(10, 5, 4, 2, 3), "max_output_tokens", 5, null));
        Assembled(observer).ShouldBe(Whole(answer, call).Replace("\"status\":\"incomplete\",\"role\"", "\"status\":\"completed\",\"role\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Observer_OfAStreamThatBreaksOff_KeepsWhatCame()
    {
        using var call = With("\"store\":true");
        var stream = Streamed(call, AnswerEvents.Of(Answer(s_stop, new ToolCallPart("c", "f", "{}"), new TextPart("Hel\"lo"))));
        using var observer = Observed(stream[..stream.IndexOf("event: response.output_text.done", StringComparison.Ordinal)]);
        observer.IsComplete.ShouldBeFalse();
        Assembled(observer).ShouldBe(
            $$"""{"id":"resp_{{Core}}","object":"response","status":"incomplete","model":"served-m","output":[{"id":"fc_{{Core}}0000","type":"function_call","status":"completed","call_id":"c","name":"f","arguments":"{}"},{"type":"message","role":"assistant","status":"incomplete","content":[{"type":"output_text","annotations":[],"text":"Hel\"lo"}]}]}""");
    }

    [Theory]
    [InlineData("""{"type":"error","code":"server_error","message":"Boom","param":null,"sequence_number":3}""", "Boom")]
    [InlineData("""{"type":"error","sequence_number":3,"error":{"type":"x","code":"server_error","message":"Boom"}}""", "Boom")]
    [InlineData("""{"sequence_number":3,"response":{"status":"failed","error":{"code":"server_error","message":"Boom"}},"type":"response.failed"}""", "Boom")]
    public void Observer_SeesTheProvidersError(string data, string message)
    {
        using var observer = Observed($"data: {data}\n\n");
        observer.Fault!.Value.Message.ShouldBe(message);
        observer.Fault!.Value.Code.ShouldBe("server_error");
    }

    private static string StreamedOutput(IEnumerable<AnswerEvent> events, ConvertedCall call)
    {
        using var document = JsonDocument.Parse(Streamed(call, events).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1].Split('\n')[1][6..]);
        return document.RootElement.GetProperty("response").GetProperty("output").GetRawText();
    }

    private static AnswerStream Observed(string stream)
    {
        var observer = Format.OpenStream(hidesUsage: false);
        foreach (var sse in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            observer.Observe(Encoding.UTF8.GetBytes(sse[(sse.IndexOf("data: ", StringComparison.Ordinal) + 6)..])).ShouldBe(EventFate.Pass);
        return observer;
    }

    private static string Assembled(AnswerStream observer)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        observer.WriteAssembled(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
