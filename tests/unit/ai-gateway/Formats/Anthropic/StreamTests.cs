using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Tests.Formats.Anthropic;

public sealed class StreamTests
{
    private const string Ask = """{"max_tokens":9000,"thinking":{"type":"adaptive"},"stream":true,"messages":[{"role":"user","content":"Hi"}]}""";

    private static readonly string[] s_whole =
    [
        """{"type":"message_start","message":{"id":"msg_01","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":7,"cache_read_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3},"output_tokens":0}}}""",
        """{"type":"ping"}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}""",
        """{"type":"content_block_stop","index":0}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZGF0"}}""",
        """{"type":"content_block_stop","index":1}""",
        """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Grüße \"1\"\n"}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"x","document_index":0,"document_title":null,"start_char_index":0,"end_char_index":1}}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"€"}}""",
        """{"type":"content_block_stop","index":2}""",
        """{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}""",
        """{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}""",
        """{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"é\"}"}}""",
        """{"type":"content_block_stop","index":3}""",
        """{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_2","name":"g","input":{}}}""",
        """{"type":"content_block_stop","index":4}""",
        """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":10,"cache_creation_input_tokens":7,"cache_read_input_tokens":5,"output_tokens":20}}""",
        """{"type":"message_stop"}""",
    ];

    [Fact]
    public void Stream_ThereAndBack_IsTheSame()
    {
        var call = Converted.Read(Ask);
        var events = Converted.Events(call, s_whole);
        events.OfType<UsageReported>().Last().Usage.ShouldBe(new TokenUsage(22, 20, 5, 7, 0) { CacheWrite1h = 3 });

        // What the first event says of usage the writer must know before it.
        var early = events.OfType<UsageReported>().First();
        Converted.Stream(call, [early, .. events]).ShouldBe(string.Concat(s_whole.Select(AsEvent)));
        call.Notes.ToString().ShouldBe("");
    }

    [Fact]
    public void Stream_Observed_IsTheWholeAnswer()
    {
        var (json, facts, isComplete) = Converted.Observe(string.Concat(s_whole.Select(AsEvent)));
        isComplete.ShouldBeTrue();
        facts.FinishReason.ShouldBe("tool_use");
        facts.Usage.ShouldBe(new TokenUsage(22, 20, 5, 7, 0) { CacheWrite1h = 3 });
        json.ShouldBe("""{"id":"msg_01","type":"message","role":"assistant","model":"claude-x","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0"},{"type":"text","text":"Grüße \"1\"\n€","citations":[{"type":"char_location","cited_text":"x","document_index":0,"document_title":null,"start_char_index":0,"end_char_index":1}]},{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":"é"}},{"type":"tool_use","id":"toolu_2","name":"g","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":7,"cache_read_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3},"output_tokens":20}}""");
        var call = Converted.Read(Ask);
        Converted.Write(Converted.Answer(json, call), call).ShouldBe(json);
    }

    [Fact]
    public void Stream_OfOpenAi_IsAnthropics()
    {
        var call = Converted.Read("""{"max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        Converted.Stream(
            call,
            new AnswerStarted("chatcmpl-1", "gpt-x"),
            new BlockStarted(0, 0, BlockKind.Text),
            new BlockDelta(0, 0, ""),
            new BlockDelta(0, 0, "I look"),
            new BlockStarted(0, 1, BlockKind.ToolCall, new ToolCallPart("call_1", "f", "")),
            new BlockStarted(0, 2, BlockKind.ToolCall, new ToolCallPart("call_2", "g", "")),
            new BlockDelta(0, 1, "{}"),
            new BlockDelta(0, 2, "{\"b\""),
            new BlockDelta(0, 2, ":2}"),
            new BlockEnded(0, 0),
            new BlockEnded(0, 1),
            new BlockEnded(0, 2),
            new Finished(0, new Finish(FinishReason.ToolCalls, "tool_calls")),
            new UsageReported(new TokenUsage(12, 8, 2, 0, 3))).ShouldBe(string.Concat(((string[])
            [
                """{"type":"message_start","message":{"id":"msg_01890000","type":"message","role":"assistant","model":"gpt-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}""",
                """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"I look"}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"call_1","name":"f","input":{}}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}""",
                """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_2","name":"g","input":{}}}""",
                """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"b\""}}""",
                """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":":2}"}}""",
                """{"type":"content_block_stop","index":1}""",
                """{"type":"content_block_stop","index":2}""",
                """{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":2,"output_tokens":8,"output_tokens_details":{"thinking_tokens":3}}}""",
                """{"type":"message_stop"}""",
            ]).Select(AsEvent)));
    }

    [Fact]
    public void Signature_OfACall_StandsBeforeItInItsOwnBlock()
    {
        var call = Converted.Read("""{"max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}""");
        var signature = new Signature(SignatureOrigin.Gemini, "Z2Vt");
        var stream = Converted.Stream(
            call,
            new BlockStarted(0, 0, BlockKind.ToolCall, new ToolCallPart("a", "f", "")),
            new BlockDelta(0, 0, "{}"),
            new BlockSigned(0, 0, signature),
            new BlockEnded(0, 0));
        var content = JsonDocument.Parse(Converted.Observe(stream).Json).RootElement.GetProperty("content").GetRawText();
        content.ShouldBe("""[{"type":"redacted_thinking","data":"tw1.gemini.call.Z2Vt"},{"type":"tool_use","id":"a","name":"f","input":{}}]""");
        var again = Converted.Read($$"""{"max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":{{content}}}]}""");
        again.Request.Messages[1].Parts.ShouldBe([new ToolCallPart("a", "f", "{}") { Signature = signature }]);
    }

    [Fact]
    public void Signature_OfTheLastText_IsLeftOutWithANote()
    {
        var call = Converted.Read("""{"max_tokens":2000,"stream":true,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"Hi"}]}""");
        var signature = new HiddenThinkingPart(new Signature(SignatureOrigin.Gemini, "Z2Vt"));
        AnswerEvent[] said = [new BlockStarted(0, 0, BlockKind.Text), new BlockDelta(0, 0, "Hi"), new BlockEnded(0, 0), new BlockStarted(0, 1, BlockKind.Whole, signature), new BlockEnded(0, 1)];
        Content(Converted.Stream(call, said)).ShouldBe("""[{"type":"text","text":"Hi"}]""");
        call.Notes.ToString().ShouldBe("dropped=thinking.signature");
        Content(Converted.Stream(call, [.. said, new BlockStarted(0, 2, BlockKind.Text), new BlockDelta(0, 2, "!"), new BlockEnded(0, 2)]))
            .ShouldBe("""[{"type":"text","text":"Hi"},{"type":"redacted_thinking","data":"tw1.gemini.Z2Vt"},{"type":"text","text":"!"}]""");

        static string Content(string stream) => JsonDocument.Parse(Converted.Observe(stream).Json).RootElement.GetProperty("content").GetRawText();
    }

    [Fact]
    public void Stream_OddlyMade_IsReadAsFarAsItGoes()
    {
        var call = Converted.Read(Ask);
        Converted.Events(
            call,
            """{"type":"content_block_delta","index":9,"delta":{"type":"text_delta","text":"nobody"}}""",
            """{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"a"}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\ud83d"}}""",
            """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\ude00"}}""",
            """{"type":"from_the_future"}""",
            """{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}""",
            """{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":2}}""",
            """{"type":"message_stop"}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"late"}}""").ShouldBe(
            [
                new BlockStarted(0, 0, BlockKind.Text), new BlockDelta(0, 0, "a"), new BlockDelta(0, 0, "😀"), new UsageReported(new TokenUsage(0, 1, 0, 0, 0)),
                new BlockEnded(0, 0), new Finished(0, new Finish(FinishReason.Stop, "end_turn")), new UsageReported(new TokenUsage(0, 2, 0, 0, 0)),
            ]);
        call.Notes.ToString().ShouldBe("dropped=server_tool_use");
        Should.Throw<JsonException>(() => Converted.Events(call, "{nonsense"));
        Converted.Events(call, "[]", "7", "{}").ShouldBeEmpty();
    }

    [Fact]
    public void Fault_InAStream_IsReadAndWritten()
    {
        var fault = Converted.Events(Converted.Read(Ask), """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""").ShouldHaveSingleItem().ShouldBeOfType<Faulted>().Fault;
        (fault.Type, fault.Message).ShouldBe(("overloaded_error", "Overloaded"));
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Converted.Format.OpenWriter(Converted.Read(Ask)).WriteFault(Refusals.StreamIdle, output);
        System.Text.Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"timeout_error\",\"message\":\"The provider fell silent in the middle of its answer.\",\"details\":{\"error_code\":\"stream_idle\"}},\"request_id\":\"0189-0000\"}\n\n");
    }

    private static string AsEvent(string data) => $"event: {JsonDocument.Parse(data).RootElement.GetProperty("type").GetString()}\ndata: {data}\n\n";
}
