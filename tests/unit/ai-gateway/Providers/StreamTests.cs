using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.OpenAiChat;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Tests.Providers;

public sealed class StreamTests
{
    /// <summary>Every kind of line end, comments, several data lines, other fields, an event without data.</summary>
    private const string Mixed =
        "data: one\n\n: ping\n\ndata:two\r\n\r\nevent: x\rid: 7\rdata: three\r\rdata: a\ndata: b\n\ndata\n\nretry: 5\n\ndata: é😀\r\n\r\n";

    private static readonly string[] s_data = ["one", "", "two", "three", "a\nb", "", "", "é😀"];

    [Fact]
    public void Events_AreFound_HoweverTheBytesAreCut()
    {
        var bytes = Encoding.UTF8.GetBytes(Mixed);
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
        {
            // Rounds 0…n cut once at every place, the others in random pieces.
            var cuts = round < bytes.Length ? [round] : Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(bytes.Length)).Order().ToArray();
            var (events, whole) = Split(bytes, cuts);
            whole.ShouldBe(bytes);

            // A line feed that arrives after its carriage return may count as an empty event; its bytes pass all the same.
            events.Where(static data => data is not null).Select(static data => data!).Where(static data => data.Length > 0).ShouldBe(s_data.Where(static data => data.Length > 0));
        }
    }

    [Fact]
    public void Event_ThatIsLong_IsScannedOnce()
    {
        var splitter = new SseSplitter();
        var bytes = Encoding.UTF8.GetBytes("data: " + new string('x', 100_000) + "\n\n");
        for (var have = 0; have < bytes.Length - 1; have += 1000)
            splitter.TryNext(bytes.AsSpan(0, have), out _).ShouldBeFalse();
        splitter.TryNext(bytes, out var length).ShouldBeTrue();
        length.ShouldBe(bytes.Length);
    }

    [Fact]
    public void Answer_IsAssembledFromFragments()
    {
        using var stream = new ChatStreamObserver(hidesUsageChunk: true);
        Pass(stream, """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""");
        Pass(stream, """{"choices":[{"delta":{"content":"He\"l\u00e9 \ud83d"},"index":0}],"usage":null}""");
        Pass(stream, """{"choices":[{"index":0,"delta":{"content":"\ude00\n"}},{"index":1,"delta":{"content":"other"}}]}""");
        Pass(stream, """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}},{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]}}]}""");
        Pass(stream, """{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}""");
        Pass(stream, "not json at all");
        Pass(stream, """{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""");
        stream.Observe("""{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":7}}}"""u8)
            .ShouldBe(EventFate.Hide);
        stream.IsComplete.ShouldBeFalse();
        Pass(stream, "[DONE]");
        stream.IsComplete.ShouldBeTrue();

        stream.Facts.Usage.ShouldBe(new TokenUsage(10, 20, 4, 0, 7));
        stream.Facts.FinishReason.ShouldBe("tool_calls");
        var root = Assembled(stream);
        (root.GetProperty("id").GetString(), root.GetProperty("created").GetInt32(), root.GetProperty("model").GetString()).ShouldBe(("chatcmpl-1", 5, "m"));
        var message = root.GetProperty("choices")[0].GetProperty("message");
        message.GetProperty("content").GetString().ShouldBe("He\"lé 😀\n");
        message.GetProperty("tool_calls").EnumerateArray().Select(static call => call.GetProperty("id").GetString()).ShouldBe(["b", "a"]);
        message.GetProperty("tool_calls")[1].GetProperty("function").GetProperty("arguments").GetString().ShouldBe("{\"x\":1}");
        root.GetProperty("choices")[1].GetProperty("message").GetProperty("content").GetString().ShouldBe("other");
        root.GetProperty("usage").GetProperty("completion_tokens").GetInt32().ShouldBe(20);
    }

    [Fact]
    public void Usage_ThatTheClientAskedFor_Passes()
    {
        using var stream = new ChatStreamObserver(hidesUsageChunk: false);
        stream.Observe("""{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"""u8).ShouldBe(EventFate.Pass);
    }

    [Fact]
    public void Usage_InTheLastContentChunk_IsNotHidden()
    {
        using var stream = new ChatStreamObserver(hidesUsageChunk: true);
        stream.Observe("""{"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"""u8).ShouldBe(EventFate.Pass);
        stream.Facts.Usage!.Value.Output.ShouldBe(2);
    }

    [Fact]
    public void Error_InAStream_IsNoticed()
    {
        using var stream = new ChatStreamObserver(hidesUsageChunk: true);
        Pass(stream, """{"error":{"message":"overloaded","type":"server_error","code":null}}""");
        stream.Fault!.Value.Message.ShouldBe("overloaded");
    }

    [Theory]
    [InlineData("""{"choices":[{"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":6}}""", 5, 6, 0, 0, "length")]
    [InlineData("""{"usage":{"completion_tokens":6,"completion_tokens_details":{"reasoning_tokens":9},"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":3}}}""", 5, 6, 3, 6, null)]
    [InlineData("""{"usage":{"prompt_tokens":-5,"completion_tokens":1e2,"prompt_tokens_details":null}}""", 0, 0, 0, 0, null)]
    public void Answer_TellsUsageAndFinishReason(string json, long input, long output, long cached, long reasoning, string? finishReason)
    {
        var facts = default(AnswerFacts);
        OpenAiAnswer.TryRead(Encoding.UTF8.GetBytes(json), ref facts).ShouldBeTrue();
        facts.Usage.ShouldBe(new TokenUsage(input, output, cached, 0, reasoning));
        facts.FinishReason.ShouldBe(finishReason);
        OpenAiAnswer.ReadUsageFromTail(Encoding.UTF8.GetBytes(json)[1..]).ShouldBe(facts.Usage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1}x""")]
    public void Answer_ThatIsNoObject_IsRefused(string json)
    {
        var facts = default(AnswerFacts);
        OpenAiAnswer.TryRead(Encoding.UTF8.GetBytes(json), ref facts).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"error":{"message":"m","type":"t","code":"c","param":"p"}}""", "m", "t", "c", "p")]
    [InlineData("""{"error":{"code":400,"message":"m","status":"INVALID"}}""", "m", null, "400", null)]
    [InlineData("""{"error":"plain"}""", "plain", null, null, null)]
    [InlineData("""{"detail":"x"}""", null, null, null, null)]
    [InlineData("<html>", null, null, null, null)]
    public void Fault_IsReadInManyShapes(string body, string? message, string? type, string? code, string? param) =>
        OpenAiAnswer.ReadFault(Encoding.UTF8.GetBytes(body)).ShouldBe(new ProviderFault(message, type, code, param));

    private static void Pass(ChatStreamObserver stream, string data) => stream.Observe(Encoding.UTF8.GetBytes(data)).ShouldBe(EventFate.Pass);

    private static JsonElement Assembled(ChatStreamObserver stream)
    {
        var output = new ArrayBufferWriter<byte>();
        stream.WriteAssembled(output);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    private static (List<string?> Events, byte[] Whole) Split(byte[] bytes, int[] cuts)
    {
        var events = new List<string?>();
        var whole = new MemoryStream();
        using var pending = new PooledBuffer();
        using var scratch = new PooledBuffer();
        var splitter = new SseSplitter();
        var from = 0;
        foreach (var cut in (int[])[.. cuts, bytes.Length])
        {
            pending.Append(bytes.AsSpan(from, cut - from));
            from = cut;
            var consumed = 0;
            while (splitter.TryNext(pending.WrittenSpan[consumed..], out var length))
            {
                var sseEvent = pending.WrittenSpan.Slice(consumed, length);
                consumed += length;
                whole.Write(sseEvent);
                events.Add(Encoding.UTF8.GetString(SseData.Of(sseEvent, scratch)));
            }

            pending.Consume(consumed);
        }

        whole.Write(pending.WrittenSpan);
        return (events, whole.ToArray());
    }
}
