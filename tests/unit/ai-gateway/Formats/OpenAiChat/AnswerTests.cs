using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.OpenAiChat;

namespace ThinkWatch.AiGateway.Tests.Formats.OpenAiChat;

public sealed class AnswerTests
{
    private static readonly TextPart s_text = new("Hello");

    [Fact]
    public void Answer_IsWritten_WithEverythingInIt()
    {
        using var call = ChatCase.Call();
        var answer = new ChatAnswer { Id = "msg_1", Model = "other", Usage = new TokenUsage(10, 20, 4, 3, 7), ServiceTier = "default" };
        answer.Choices.Add(new AnswerChoice
        {
            Parts =
            {
                new ThinkingPart("hm", new Signature(SignatureOrigin.Claude, "S")),
                new HiddenThinkingPart(new Signature(SignatureOrigin.OpenAi, "E"), "rs_1"),
                new TextPart("a \"quoted\" é😀") { Citations = [new Citation("https://x", "X", null, 1, 4, null), new Citation(null, "doc", "t", 0, 1, null)] },
                new TextPart("b") { Citations = [new Citation("https://y", null, null, 0, 1, null)] },
                new ImagePart(new Media("image/png", "AAAA")),
                new ToolCallPart("c1", "f", "{\"x\":1}") { Signature = new Signature(SignatureOrigin.Gemini, "G") },
                new ToolCallPart("c2", "g", ""),
            },
            Finish = new Finish(FinishReason.ToolCalls, "tool_use"),
        });
        ChatCase.Answer(call, answer).ShouldBe("""
            {"id":"chatcmpl-018900000000700080000000000000aa","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"a \"quoted\" é\uD83D\uDE00b","refusal":null,
            "reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"S"},{"type":"redacted_thinking","id":"rs_1","data":"tw1.openai.E"}],
            "annotations":[{"type":"url_citation","url_citation":{"start_index":1,"end_index":4,"url":"https://x","title":"X"}},{"type":"url_citation","url_citation":{"start_index":14,"end_index":15,"url":"https://y","title":""}}],
            "images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}],
            "tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"},"extra_content":{"google":{"thought_signature":"G"}}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},
            "logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":7}},"service_tier":"default"}
            """.ReplaceLineEndings(""));
        call.Notes.ToString().ShouldBe("dropped=citations");
    }

    [Fact]
    public void Thoughts_OfAnAnswer_ComeBackUnchanged()
    {
        using var call = ChatCase.Call();
        Part[] parts =
        [
            new ThinkingPart("hm", new Signature(SignatureOrigin.Claude, "S")), new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, "D")),
            new ThinkingPart("g", new Signature(SignatureOrigin.Gemini, "T")), new ToolCallPart("c", "f", "{}") { Signature = new Signature(SignatureOrigin.Gemini, "G") },
        ];
        var answer = new ChatAnswer();
        var choice = new AnswerChoice { Finish = new Finish(FinishReason.ToolCalls, "x") };
        choice.Parts.AddRange(parts);
        answer.Choices.Add(choice);
        using var json = JsonDocument.Parse(ChatCase.Answer(call, answer));
        using var next = ChatCase.Read("", "[" + json.RootElement.GetProperty("choices")[0].GetProperty("message").GetRawText() + "]");
        next.Request.Messages[0].Parts.ShouldBe(parts);
    }

    [Fact]
    public void ClientOfFunctions_IsAnsweredWithOne()
    {
        using var call = ChatCase.Call("""{"model":"m","messages":[],"functions":[{"name":"f"}]}""");
        var answer = new ChatAnswer { Choices = { new AnswerChoice { Parts = { new ToolCallPart("c", "f", "{}") }, Finish = new Finish(FinishReason.ToolCalls, "x") } } };
        var written = ChatCase.Answer(call, answer);
        written.ShouldContain("\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}},\"logprobs\":null,\"finish_reason\":\"function_call\"");
        ChatCase.Stream(call, new BlockStarted(0, 0, BlockKind.ToolCall, new ToolCallPart("c", "f", "")), new BlockDelta(0, 0, "{}"), new BlockEnded(0, 0), new Finished(0, new Finish(FinishReason.ToolCalls, "")))
            .ShouldContain("{\"function_call\":{\"arguments\":\"{}\"}}");
    }

    [Fact]
    public void CustomTool_OfTheClient_IsCalledAsOne()
    {
        using var call = ChatCase.Call("""{"model":"m","messages":[],"tools":[{"type":"custom","custom":{"name":"c"}}]}""");
        var answer = new ChatAnswer { Choices = { new AnswerChoice { Parts = { new ToolCallPart("1", "c", "{\"input\":\"free text\"}") } } } };
        ChatCase.Answer(call, answer).ShouldContain("\"tool_calls\":[{\"id\":\"1\",\"type\":\"custom\",\"custom\":{\"name\":\"c\",\"input\":\"free text\"}}]");
        ChatCase.Stream(call, new BlockStarted(0, 0, BlockKind.ToolCall, new ToolCallPart("1", "c", "")), new BlockDelta(0, 0, "{\"input\":\"fr"), new BlockDelta(0, 0, "ee\"}"), new BlockEnded(0, 0))
            .ShouldContain("[{\"index\":0,\"custom\":{\"input\":\"free\"}}]");
    }

    [Theory]
    [InlineData("Stop", "stop", "stop", "tool_calls")]
    [InlineData("StopSequence", "stop", "stop", "tool_calls")]
    [InlineData("Length", "length", "length", "length")]
    [InlineData("ToolCalls", "tool_calls", "tool_calls", "tool_calls")]
    [InlineData("Refusal", "content_filter", "stop", "content_filter")]
    [InlineData("ContentFilter", "content_filter", "content_filter", "content_filter")]
    [InlineData("Pause", "stop", "stop", "tool_calls")]
    [InlineData("ContextWindow", "length", "length", "length")]
    [InlineData("MalformedToolCall", "stop", "stop", "tool_calls")]
    [InlineData("Other", "stop", "stop", "tool_calls")]
    public void FinishReason_IsWritten(string reason, string plain, string refused, string called)
    {
        var finish = Enum.Parse<FinishReason>(reason);
        (Written(finish, s_text), Written(finish, new RefusalPart("no")), Written(finish, new ToolCallPart("c", "f", "{}"))).ShouldBe((plain, refused, called));
        (Streamed(finish, BlockKind.Text), Streamed(finish, BlockKind.Refusal), Streamed(finish, BlockKind.ToolCall)).ShouldBe((plain, refused, called));
    }

    [Fact]
    public void FinishReason_HasACell_ForEach() => Enum.GetNames<FinishReason>().Length.ShouldBe(10);

    [Theory]
    [InlineData("stop", "Stop", "Refusal", "ToolCalls")]
    [InlineData("length", "Length", "Length", "Length")]
    [InlineData("tool_calls", "ToolCalls", "ToolCalls", "ToolCalls")]
    [InlineData("function_call", "ToolCalls", "ToolCalls", "ToolCalls")]
    [InlineData("content_filter", "ContentFilter", "ContentFilter", "ContentFilter")]
    [InlineData("eos", "Stop", "Refusal", "ToolCalls")]
    [InlineData("insufficient_system_resource", "Other", "Other", "Other")]
    public void FinishReason_IsRead(string raw, string plain, string refused, string called)
    {
        string[] messages = ["{\"content\":\"x\"}", "{\"refusal\":\"no\"}", "{\"tool_calls\":[{\"id\":\"c\",\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"];
        using var call = ChatCase.Call();
        messages.Select(message => ChatCase.ReadAnswer(call, $$"""{"choices":[{"message":{{message}},"finish_reason":"{{raw}}"}]}""").Choices[0].Finish)
            .ShouldBe([Read(plain), Read(refused), Read(called)]);
        messages.Select(message => ((Finished)ChatCase.Events(call, out _, ChatCase.Delta(message, $",\"finish_reason\":\"{raw}\""))[^1]).Finish)
            .ShouldBe([Read(plain), Read(refused), Read(called)]);

        Finish Read(string reason) => new(Enum.Parse<FinishReason>(reason), raw);
    }

    [Fact]
    public void Answer_OfAProvider_IsRead()
    {
        using var call = ChatCase.Call();
        call.ToolNames.ToUpstream("space", "f.x").ShouldBe("space__f_x");
        var answer = ChatCase.ReadAnswer(call, """
            {"id":"u","model":"um","service_tier":"flex","choices":[{"index":0,"message":{"role":"assistant","reasoning":"hm","content":"t","refusal":null,
            "annotations":[{"type":"url_citation","url_citation":{"url":"https://x","title":"X","start_index":0,"end_index":1}}],
            "tool_calls":[{"id":"a","type":"function","function":{"name":"space__f_x","arguments":"{\"q\":1}"},"extra_content":{"google":{"thought_signature":"G"}}},{"type":"function","function":{"name":"g","arguments":{"y":2}}}]},
            "logprobs":{"content":[]},"finish_reason":"tool_calls"},{"index":1,"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"th"}]},{"type":"text","text":"tx"}]},"finish_reason":"length"}],
            "usage":{"prompt_tokens":10,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":7}}}
            """);
        (answer.Id, answer.Model, answer.ServiceTier, answer.Usage).ShouldBe(("u", "um", "flex", new TokenUsage(10, 20, 4, 2, 7)));
        var parts = answer.Choices[0].Parts;
        parts[0].ShouldBe(new ThinkingPart("hm", null));
        ((TextPart)parts[1]).Text.ShouldBe("t");
        ((TextPart)parts[1]).Citations.ShouldBe([new Citation("https://x", "X", null, 0, 1, null)]);
        parts[2].ShouldBe(new ToolCallPart("a", "f.x", "{\"q\":1}") { Namespace = "space", Signature = new Signature(SignatureOrigin.Gemini, "G") });
        parts[3].ShouldBe(new ToolCallPart("call_018900000000700080000000000000aa_0_1", "g", "{\"y\":2}"));
        answer.Choices[0].Logprobs!.Value.GetRawText().ShouldBe("{\"content\":[]}");
        answer.Choices[1].Parts.Select(static part => part is TextPart text ? text.Text : ((ThinkingPart)part).Text).ShouldBe(["th", "tx"]);
    }

    [Theory]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":-1}""", 5, 0, 0, 0, 0)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":null}""", 5, 2, 0, 0, 0)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":2,"prompt_cache_hit_tokens":3,"prompt_cache_miss_tokens":2}""", 5, 2, 3, 0, 0)]
    [InlineData("""{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":9,"cache_write_tokens":9},"completion_tokens_details":{"reasoning_tokens":9}}""", 5, 2, 5, 0, 2)]
    [InlineData("""{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":4}}""", 9, 2, 3, 4, 0)]
    public void Usage_IsRead_TheSameEverywhere(string usage, long input, long output, long cached, long written, long reasoning)
    {
        var expected = new TokenUsage(input, output, cached, written, reasoning);
        using var call = ChatCase.Call();
        ChatCase.ReadAnswer(call, $$"""{"choices":[],"usage":{{usage}}}""").Usage.ShouldBe(expected);
        ChatCase.Events(call, out _, $$"""{"choices":[],"usage":{{usage}}}""").OfType<UsageReported>().Single().Usage.ShouldBe(expected);
        OpenAiAnswer.ReadUsageFromTail(System.Text.Encoding.UTF8.GetBytes($$""","usage":{{usage}}}""")).ShouldBe(expected);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"choices":7}""")]
    [InlineData("""{"choices":[{}]}""")]
    [InlineData("""{"choices":[{"message":{"tool_calls":[{"id":"a"}]}}]}""")]
    [InlineData("""{"choices":[{"message":{"tool_calls":[{"id":"a","function":{}}]}}]}""")]
    public void Answer_ThatIsMalformed_IsNone(string json)
    {
        using var call = ChatCase.Call();
        Should.Throw<JsonException>(() => ChatCase.ReadAnswer(call, json));
    }

    private static string Written(FinishReason reason, Part part)
    {
        using var call = ChatCase.Call();
        var answer = new ChatAnswer { Choices = { new AnswerChoice { Parts = { part }, Finish = new Finish(reason, "raw") } } };
        using var json = JsonDocument.Parse(ChatCase.Answer(call, answer));
        return json.RootElement.GetProperty("choices")[0].GetProperty("finish_reason").GetString()!;
    }

    private static string Streamed(FinishReason reason, BlockKind kind)
    {
        using var call = ChatCase.Call();
        var stream = ChatCase.Stream(
            call, new BlockStarted(0, 0, kind, kind == BlockKind.ToolCall ? new ToolCallPart("c", "f", "") : null), new BlockEnded(0, 0), new Finished(0, new Finish(reason, "raw")));
        return stream.Split("\"finish_reason\":\"")[1].Split('"')[0];
    }
}
