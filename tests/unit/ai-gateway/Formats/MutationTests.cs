using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.Bedrock;
using ThinkWatch.AiGateway.Formats.Gemini;

namespace ThinkWatch.AiGateway.Tests.Formats;

/// <summary>Whatever a provider sends: readers throw nothing but what they declare, and the events that they make are in order.</summary>
public sealed class MutationTests
{
    private const int Rounds = 4000;

    private static readonly string[] s_values = ["null", "true", "0", "-1", "1e400", "9223372036854775807", "1.5", "\"\"", "\"\\ud800\"", "[]", "[[]]", "{}", "{\"a\":{}}"];

    private static readonly (string Name, string Data)[] s_gemini =
    [
        ("", """{"candidates":[{"content":{"parts":[{"text":"Let","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":4},"modelVersion":"m","responseId":"r"}"""),
        ("", """{"candidates":[{"content":{"parts":[{"text":"It "},{"text":"","thoughtSignature":"s0"},{"inlineData":{"mimeType":"image/png","data":"AAA="}}]},"index":0}]}"""),
        ("", """{"candidates":[{"content":{"parts":[{"functionCall":{"id":"i","name":"f","args":{"a":1}},"thoughtSignature":"s1"},{"functionCall":{"name":"g"}},{"text":"x"}]},"index":1}]}"""),
        ("", """{"candidates":[{"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}}],"groundingSupports":[{"segment":{"partIndex":0,"endIndex":3,"text":"It"},"groundingChunkIndices":[0]}]},"citationMetadata":{"citations":[{"uri":"u","endIndex":2}]},"index":1}]}"""),
        ("", """{"candidates":[{"finishReason":"STOP","logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}],"topCandidates":[{"candidates":[{"token":"a"}]}]},"index":0},{"finishReason":"SAFETY","index":1}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":6}}"""),
        ("", """{"promptFeedback":{"blockReason":"SAFETY"}}"""),
        ("", """{"error":{"code":503,"message":"m","status":"s","details":[{"reason":"r","retryDelay":"3s"}]}}"""),
    ];

    private static readonly (string Name, string Data)[] s_bedrock =
    [
        ("messageStart", """{"role":"assistant"}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Let"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"cmVk"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"Hi"}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"citation":{"title":"T","sourceContent":[{"text":"w"}],"location":{"documentChar":{"start":1}}}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":2}"""),
        ("contentBlockStart", """{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{\"a\":1}"}}}"""),
        ("contentBlockStart", """{"contentBlockIndex":4,"start":{"image":{"format":"png"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":4,"delta":{"image":{"source":{"bytes":"AA=="}}}}"""),
        ("messageStop", """{"stopReason":"tool_use","additionalModelResponseFields":{"stop_sequence":"x"}}"""),
        ("metadata", """{"usage":{"inputTokens":3,"outputTokens":4,"cacheDetails":[{"ttl":"1h","inputTokens":3}]}}"""),
        ("!throttlingException", """{"message":"m"}"""),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Streams_ThatWereTamperedWith_MakeOrderedEventsOrADeclaredError(int seed)
    {
        var random = new Random(seed);
        var survived = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var isGemini = round % 2 == 0;
            IUpstreamFormat format = isGemini ? new GeminiFormat() : new BedrockFormat();
            using var call = ProviderSide.Call(isGemini ? "gemini-3-flash" : "anthropic.claude-sonnet-4-5", ProviderSide.Chat());
            call.UnwrappedTool = random.Next(3) == 0 ? "f" : null;
            var events = new List<AnswerEvent>();
            try
            {
                var reader = format.OpenReader(call);
                foreach (var (name, data) in Tampered(isGemini ? s_gemini : s_bedrock, random))
                    reader.Read(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(data), events);
                reader.End(events);
                RequireOrder(events, isClosed: true);
                survived++;
            }
            catch (JsonException)
            {
                RequireOrder(events, isClosed: false);
            }
        }

        survived.ShouldBeGreaterThan(Rounds / 4);
    }

    [Fact]
    public void Answers_ThatWereTamperedWith_AreReadOrADeclaredError()
    {
        const string Gemini = """{"responseId":"r","candidates":[{"finishReason":"STOP","content":{"parts":[{"text":"a","thought":true},{"text":"b","thoughtSignature":"s"},{"functionCall":{"name":"f","args":{"c":1}}},{"fileData":{"fileUri":"u"}}]},"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u"}}],"groundingSupports":[{"segment":{"partIndex":1,"startIndex":0,"endIndex":1},"groundingChunkIndices":[0]}]}}],"usageMetadata":{"promptTokenCount":1}}""";
        const string Bedrock = """{"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"text":"b"},{"toolUse":{"toolUseId":"i","name":"f","input":{"c":1}}},{"citationsContent":{"content":[{"text":"x"}],"citations":[{"title":"t"}]}}]}},"stopReason":"end_turn","usage":{"inputTokens":1}}""";
        var random = new Random(7);
        for (var round = 0; round < Rounds; round++)
        {
            var isGemini = round % 2 == 0;
            IUpstreamFormat format = isGemini ? new GeminiFormat() : new BedrockFormat();
            using var call = ProviderSide.Call("m", ProviderSide.Chat());
            try
            {
                using var json = JsonDocument.Parse(Tamper(isGemini ? Gemini : Bedrock, random));
                ProviderSide.Lines(format.ReadAnswer(json.RootElement, call)).ShouldNotBeEmpty();
            }
            catch (JsonException)
            {
                // Declared.
            }
        }
    }

    [Fact]
    public void Frames_ThatWereTamperedWith_AreOpenedOrADeclaredError()
    {
        var random = new Random(11);
        using var scratch = new PooledBuffer();
        for (var round = 0; round < Rounds; round++)
        {
            // Behind checksums that are right, only the headers can lie.
            var headers = new byte[random.Next(40)];
            random.NextBytes(headers);
            var whole = new byte[12 + headers.Length + 4];
            global::System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(whole, (uint)whole.Length);
            global::System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(whole.AsSpan(4), (uint)headers.Length);
            headers.CopyTo(whole, 12);
            try
            {
                new EventStreamFraming().Open(whole, scratch, out _, out _);
            }
            catch (InvalidDataException)
            {
                // Declared.
            }
        }
    }

    private static List<(string Name, string Data)> Tampered((string Name, string Data)[] original, Random random)
    {
        var payloads = original.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && payloads.Count > 1; changes--)
        {
            var at = random.Next(payloads.Count);
            switch (random.Next(6))
            {
                case 0:
                    payloads.RemoveAt(at);
                    break;
                case 1:
                    payloads.Insert(random.Next(payloads.Count), payloads[at]);
                    break;
                case 2:
                    payloads[at] = (payloads[random.Next(payloads.Count)].Name, payloads[at].Data);
                    break;
                default:
                    payloads[at] = (payloads[at].Name, Tamper(payloads[at].Data, random));
                    break;
            }
        }

        return payloads;
    }

    /// <summary>Mostly other values in valid JSON; now and then a broken byte.</summary>
    private static string Tamper(string json, Random random)
    {
        if (random.Next(20) == 0)
            return json.Remove(random.Next(json.Length), 1);
        var colons = Enumerable.Range(0, json.Length).Where(i => json[i] == ':' && i > 0 && json[i - 1] == '"').ToList();
        if (colons.Count == 0)
            return json;
        var start = colons[random.Next(colons.Count)] + 1;
        var bytes = Encoding.UTF8.GetBytes(json[start..]);
        var reader = new Utf8JsonReader(bytes);
        JsonElement.ParseValue(ref reader);
        return json[..start] + s_values[random.Next(s_values.Length)] + json[(start + (int)reader.BytesConsumed)..];
    }

    private static void RequireOrder(List<AnswerEvent> events, bool isClosed)
    {
        var open = new HashSet<(int, int)>();
        var next = new Dictionary<int, int>();
        var finished = new HashSet<int>();
        events.Count(static one => one is AnswerStarted).ShouldBeLessThanOrEqualTo(1);
        foreach (var one in events)
        {
            switch (one)
            {
                case BlockStarted started:
                    started.Block.ShouldBe(next.GetValueOrDefault(started.Choice));
                    next[started.Choice] = started.Block + 1;
                    open.Add((started.Choice, started.Block)).ShouldBeTrue();
                    finished.ShouldNotContain(started.Choice);
                    break;
                case BlockDelta delta:
                    open.ShouldContain((delta.Choice, delta.Block));
                    break;
                case BlockSigned signed:
                    open.ShouldContain((signed.Choice, signed.Block));
                    break;
                case BlockCited cited:
                    open.ShouldContain((cited.Choice, cited.Block));
                    break;
                case BlockEnded ended:
                    open.Remove((ended.Choice, ended.Block)).ShouldBeTrue();
                    break;
                case Finished done:
                    finished.Add(done.Choice).ShouldBeTrue();
                    break;
                case UsageReported usage:
                    Math.Min(usage.Usage.Input, usage.Usage.Output).ShouldBeGreaterThanOrEqualTo(0);
                    break;
            }
        }

        if (isClosed)
            open.ShouldBeEmpty();
    }
}
