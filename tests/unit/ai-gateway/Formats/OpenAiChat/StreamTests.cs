using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Tests.Formats.OpenAiChat;

public sealed class StreamTests
{
    private static readonly Finish s_stop = new(FinishReason.Stop, "stop");

    [Fact]
    public void Stream_IsWritten_EventByEvent()
    {
        using var call = ChatCase.Call();
        call.Request.IncludeUsage = true;
        ChatCase.Stream(
            call,
            new AnswerStarted("msg_1", "x"),
            new BlockStarted(0, 0, BlockKind.Thinking), new BlockDelta(0, 0, "h"), new BlockDelta(0, 0, "m"), new BlockSigned(0, 0, new Signature(SignatureOrigin.Claude, "S")), new BlockEnded(0, 0),
            new BlockStarted(0, 1, BlockKind.Whole, new HiddenThinkingPart(new Signature(SignatureOrigin.Claude, "D"))), new BlockEnded(0, 1),
            Pinged.Instance,
            new BlockStarted(0, 2, BlockKind.Text), new BlockDelta(0, 2, "Hi\n"), new BlockCited(0, 2, new Citation("https://x", "X", null, 0, 2, null)), new BlockEnded(0, 2),
            new BlockStarted(0, 3, BlockKind.ToolCall, new ToolCallPart("c1", "f", "")), new BlockDelta(0, 3, "{\"x\""), new BlockDelta(0, 3, ":1}"),
            new BlockSigned(0, 3, new Signature(SignatureOrigin.Gemini, "G")), new BlockEnded(0, 3),
            new BlockStarted(0, 4, BlockKind.ToolCall, new ToolCallPart("c2", "g", "")), new BlockEnded(0, 4),
            new UsageReported(new TokenUsage(1, 1, 0, 0, 0)),
            new Finished(0, new Finish(FinishReason.ToolCalls, "tool_use")),
            new UsageReported(new TokenUsage(3, 4, 0, 0, 0)))
            .ShouldBe("""
                C:[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"reasoning_content":"h"},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"reasoning_content":"m"},"finish_reason":null}],"usage":null}

                : ping

                C:[{"index":0,"delta":{"content":"Hi\n"},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":2,"url":"https://x","title":"X"}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":""},"extra_content":{"google":{"thought_signature":"G"}}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{"thinking_blocks":[{"index":0,"type":"thinking","thinking":"hm","signature":"S"},{"index":1,"type":"redacted_thinking","data":"D"}]},"finish_reason":null}],"usage":null}

                C:[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}

                C:[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}

                data: [DONE]


                """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Usage_ThatTheClientDidNotAskFor_IsNotWritten()
    {
        using var call = ChatCase.Call();
        ChatCase.Stream(call, new BlockStarted(1, 0, BlockKind.Refusal), new BlockDelta(1, 0, "no"), new BlockEnded(1, 0), new UsageReported(new TokenUsage(3, 4, 0, 0, 0)), new Finished(1, s_stop))
            .ShouldBe("""
                C:[{"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

                C:[{"index":1,"delta":{"refusal":"no"},"finish_reason":null}]}

                C:[{"index":1,"delta":{},"finish_reason":"stop"}]}

                data: [DONE]


                """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Stream_OfAProvider_IsRead()
    {
        using var call = ChatCase.Call();
        ChatCase.Events(
            call, out var complete,
            """{"id":"u","model":"um","choices":[],"prompt_filter_results":[]}""",
            ChatCase.Delta("""{"role":"assistant","content":""}"""),
            ChatCase.Delta("""{"reasoning_content":"h"}"""),
            ChatCase.Delta("""{"reasoning":"m"}"""),
            ChatCase.Delta("""{"content":"Hi \ud83d"}"""),
            ChatCase.Delta("""{"content":"\ude00!"}""", """,\"usage\":null""".Replace("\\", "", StringComparison.Ordinal)),
            ChatCase.Delta("""{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"""),
            ChatCase.Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}"""),
            ChatCase.Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"""),
            ChatCase.Delta("""{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}"""),
            ChatCase.Delta("{}", ",\"finish_reason\":\"tool_calls\""),
            ChatCase.Delta("""{"content":"too late"}"""),
            """{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}""",
            "[DONE]",
            "rubbish behind the end").ShouldBe(
            [
                new AnswerStarted("u", "um"),
                new BlockStarted(0, 0, BlockKind.Thinking), new BlockDelta(0, 0, "h"), new BlockDelta(0, 0, "m"), new BlockEnded(0, 0),
                new BlockStarted(0, 1, BlockKind.Text), new BlockDelta(0, 1, "Hi "), new BlockDelta(0, 1, "😀!"), new BlockEnded(0, 1),
                new BlockStarted(0, 2, BlockKind.ToolCall, new ToolCallPart("a", "f", "")), new BlockDelta(0, 2, "{\"x\":"), new BlockDelta(0, 2, "1}"), new BlockEnded(0, 2),
                new BlockStarted(0, 3, BlockKind.ToolCall, new ToolCallPart("b", "g", "")), new BlockDelta(0, 3, "{}"), new BlockEnded(0, 3),
                new Finished(0, new Finish(FinishReason.ToolCalls, "tool_calls")),
                new UsageReported(new TokenUsage(1, 2, 0, 0, 0)),
            ]);
        complete.ShouldBeTrue();
    }

    [Fact]
    public void ToolCalls_ThatAreInterleaved_BecomeOneAfterTheOther()
    {
        using var call = ChatCase.Call();
        ChatCase.Events(
            call, out _,
            ChatCase.Delta("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}},{"index":1,"id":"b","function":{"name":"g"}}]}"""),
            ChatCase.Delta("""{"tool_calls":[{"index":1,"function":{"arguments":"{\"y\":\"}"}},{"index":0,"function":{"arguments":"\":1"}}]}"""),
            ChatCase.Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"}"}},{"index":1,"function":{"arguments":"\"}"}}]}"""),
            ChatCase.Delta("{}", ",\"finish_reason\":\"stop\"")).Skip(1).ShouldBe(
            [
                new BlockStarted(0, 0, BlockKind.ToolCall, new ToolCallPart("a", "f", "")), new BlockDelta(0, 0, "{\"x"), new BlockDelta(0, 0, "\":1"), new BlockDelta(0, 0, "}"), new BlockEnded(0, 0),
                new BlockStarted(0, 1, BlockKind.ToolCall, new ToolCallPart("b", "g", "")), new BlockDelta(0, 1, "{\"y\":\"}"), new BlockDelta(0, 1, "\"}"), new BlockEnded(0, 1),
                new Finished(0, new Finish(FinishReason.ToolCalls, "stop")),
            ]);
    }

    [Fact]
    public void ToolCalls_WithoutIdsOrIndexes_AreToldApart()
    {
        using var call = ChatCase.Call();
        var events = ChatCase.Events(
            call, out _,
            ChatCase.Delta("""{"tool_calls":[{"function":{"name":"f","arguments":{"x":1}}},{"function":{"name":"g","arguments":""}}]}"""),
            ChatCase.Delta("{}", ",\"finish_reason\":\"tool_calls\""));
        events.OfType<BlockStarted>().Select(static started => started.Part).ShouldBe(
            [new ToolCallPart("call_018900000000700080000000000000aa_0_0", "f", ""), new ToolCallPart("call_018900000000700080000000000000aa_0_1", "g", "")]);
        events.OfType<BlockDelta>().ShouldBe([new BlockDelta(0, 0, "{\"x\":1}")]);
        ChatCase.Events(
            call, out _,
            ChatCase.Delta("""{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"""),
            ChatCase.Delta("""{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}]}"""))
            .OfType<BlockStarted>().Count().ShouldBe(2);
    }

    [Fact]
    public void Choices_AreFollowedApart()
    {
        using var call = ChatCase.Call();
        call.Request.Sampling.Choices = 2;
        ChatCase.Events(
            call, out var complete,
            """{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"refusal":"no"},"logprobs":{"content":null}}]}""",
            """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""").Where(static step => step is not LogprobsReported).ShouldBe(
            [
                new AnswerStarted(null, null),
                new BlockStarted(1, 0, BlockKind.Text), new BlockDelta(1, 0, "b"), new BlockStarted(0, 0, BlockKind.Refusal), new BlockDelta(0, 0, "no"),
                new BlockEnded(0, 0), new Finished(0, new Finish(FinishReason.Refusal, "stop")), new BlockEnded(1, 0),
            ]);
        complete.ShouldBeFalse();
    }

    [Fact]
    public void Stream_ThatSaysDoneButNotWhy_IsFinished()
    {
        using var call = ChatCase.Call();
        ChatCase.Events(call, out var complete, ChatCase.Delta("""{"content":"x"}"""), "[DONE]")[^1].ShouldBe(new Finished(0, s_stop));
        complete.ShouldBeTrue();
        ChatCase.Events(call, out complete, ChatCase.Delta("""{"content":"x"}"""))[^1].ShouldBe(new BlockEnded(0, 0));
        complete.ShouldBeFalse();
        ChatCase.Events(call, out complete, ChatCase.Delta("""{"content":"x"}""", ",\"finish_reason\":\"stop\""));
        complete.ShouldBeTrue("no [DONE] is needed");
    }

    [Fact]
    public void Error_InTheStream_IsTold()
    {
        using var call = ChatCase.Call();
        ChatCase.Events(call, out _, """{"error":{"message":"broken","type":"server_error","code":500,"param":null}}""")
            .ShouldBe([new Faulted(new AiGateway.Formats.ProviderFault("broken", "server_error", "500", null))]);
        Should.Throw<JsonException>(() => ChatCase.Events(call, out _, "{\"choices\":["));
        Should.Throw<JsonException>(() => ChatCase.Events(call, out _, "[]"));
    }

    /// <summary>What a provider says may be anything: it is read, or it is none; it is never a crash.</summary>
    [Fact]
    public void Stream_OfRubbish_NeverThrowsAnythingElse()
    {
        var random = new Random(11);
        string[] values = ["null", "7", "-1e999", "\"x\"", "\"\\ud800\"", "[]", "{}", "[{}]", "true", "[\"x\"]", "{\"index\":-5}", "[{\"index\":99999999999}]", "[{\"function\":[]}]"];
        string[] names = ["choices", "delta", "content", "tool_calls", "index", "id", "function", "arguments", "name", "finish_reason", "usage", "reasoning", "refusal", "annotations", "images", "logprobs", "\\ud800"];
        for (var round = 0; round < 20_000; round++)
        {
            using var call = ChatCase.Call();
            var events = new List<AnswerEvent>();
            var reader = new AiGateway.Formats.OpenAiChat.ChatUpstreamFormat().OpenReader(call);
            try
            {
                for (var i = 0; i < 3; i++)
                    reader.Read(default, Encoding.UTF8.GetBytes(ChatCase.Delta(Rubbish(3), random.Next(2) == 0 ? "" : $",\"{names[random.Next(names.Length)]}\":{Rubbish(2)}")), events);
                reader.End(events);
            }
            catch (Exception exception) when (exception is JsonException or InvalidDataException)
            {
                continue;
            }

            ChatCase.Stream(call, [.. events]).ShouldEndWith("data: [DONE]\n\n");
        }

        string Rubbish(int depth) => depth == 0 || random.Next(3) == 0
            ? values[random.Next(values.Length)]
            : "{" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{names[random.Next(names.Length)]}\":{(random.Next(4) == 0 ? "[" + Rubbish(depth - 1) + "]" : Rubbish(depth - 1))}")) + "}";
    }
}
