using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting.Tokens;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Tests.Formats.Anthropic;

/// <summary>Whatever clients and providers send: a refusal or an error that the relays know, nothing else. The seed is printed; TW_SEED repeats a run.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Rounds = 3000;

    private const string Request = """{"model":"m","max_tokens":9000,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[{"role":"user","content":[{"type":"text","text":"\u00e9\ud83d\ude00"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"title":"T","citations":{"enabled":true}}]},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"tw1.gemini.call.c2ln"},{"type":"redacted_thinking","data":"tw1.openai.rs.x"},{"type":"tool_use","id":"t","name":"f","input":{"a":[1,{"b":null}]}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"4"},{"type":"search_result","title":"a","source":"b","content":[{"type":"text","text":"c"}]}],"is_error":true}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{"a":{"type":"integer","minimum":1}}},"strict":true},{"type":"web_search_20250305","name":"web_search"}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},"temperature":0.5,"top_p":0.9,"top_k":3,"stop_sequences":["a"],"thinking":{"type":"enabled","budget_tokens":2000,"display":"omitted"},"output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},"metadata":{"user_id":"u"},"service_tier":"auto","stream":true}""";

    private const string Answer = """{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"\u00e9\ud83d\ude00","citations":[{"type":"char_location","cited_text":"x","start_char_index":1}]},{"type":"tool_use","id":"t","name":"f","input":{"a":1}},{"type":"server_tool_use","id":"s","name":"w","input":{}}],"stop_reason":"refusal","stop_sequence":"x","stop_details":{"type":"refusal","explanation":"e"},"usage":{"input_tokens":1,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":1},"output_tokens":4,"output_tokens_details":{"thinking_tokens":1},"service_tier":"standard"}}""";

    private static readonly string[] s_stream =
    [
        """{"type":"message_start","message":{"id":"msg_1","model":"m","usage":{"input_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":1}}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"a","signature":"b"}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"\ud83d"}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}""",
        """{"type":"content_block_stop","index":0}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"","x\ud800":1}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"t"}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"char_location"}}}""",
        """{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"a":1}}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}""",
        """{"type":"content_block_start","index":3,"content_block":{"type":"redacted_thinking","data":"d"}}""",
        """{"type":"ping"}""",
        """{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"explanation":"e"}},"usage":{"output_tokens":4}}""",
        """{"type":"error","error":{"type":"overloaded_error","message":"m","details":{"error_code":"c"}}}""",
        """{"type":"message_stop"}""",
    ];

    private static readonly string[] s_pieces =
        ["null", "true", "-1", "1e400", "\"\"", "\"\\ud800\"", "{}", "[]", "[[]]", "{\"type\":7}", "\"text\"", "\"tool_use\"", "99999999999999999999", "\"\\ud83d\\ude00\"", "{\"\\udc00\":1}"];

    [Fact]
    public void Request_Mutated_IsReadOrRefused() => Mutated(Request, json =>
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        if (MessagesRequestScanner.Scan(bytes, counts: false, out _) is not null)
            return;
        BodyTokens.OfRequest(bytes, TokenEncoding.O200k);
        try
        {
            using var call = Converted.Call(json);
            Converted.Format.ReadRequest(call);
            Converted.Write(call);
        }
        catch (ConversionException)
        {
            // The client is told what is wrong.
        }
    });

    [Fact]
    public void Answer_Mutated_IsReadOrRefused() => Mutated(Answer, json =>
    {
        var facts = default(AiGateway.Formats.AnswerFacts);
        Converted.Format.TryReadAnswer(Encoding.UTF8.GetBytes(json), ref facts);
        Converted.Format.ReadFault(Encoding.UTF8.GetBytes(json));
        Converted.Format.ReadUsageFromTail(Encoding.UTF8.GetBytes(json)[(json.Length / 2)..]);
        try
        {
            using var call = Converted.Read("""{"max_tokens":9,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"x"}]}""");
            Converted.Write(Converted.Answer(json, call), call);
        }
        catch (JsonException)
        {
            // The provider is at fault.
        }
    });

    [Fact]
    public void Stream_Mutated_IsReadAsFarAsItGoes() => Mutated(string.Join('\n', s_stream), text =>
    {
        using var call = Converted.Read("""{"max_tokens":9,"thinking":{"type":"adaptive"},"stream":true,"messages":[{"role":"user","content":"x"}]}""");
        var reader = Converted.Format.OpenReader(call);
        var writer = Converted.Format.OpenWriter(call);
        using var observer = Converted.Format.OpenStream(hidesUsage: false);
        var written = new ArrayBufferWriter<byte>();
        var events = new List<AnswerEvent>();
        try
        {
            foreach (var line in text.Split('\n'))
            {
                observer.Observe(Encoding.UTF8.GetBytes(line));
                reader.Read([], Encoding.UTF8.GetBytes(line), events);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException)
        {
            // The provider is at fault.
        }

        reader.End(events);
        foreach (var one in events)
            writer.Write(one, written);
        writer.WriteEnd(written);
        written.ResetWrittenCount();
        observer.WriteAssembled(written);
        using var assembled = JsonDocument.Parse(written.WrittenMemory);
    });

    private void Mutated(string source, Action<string> act)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TW_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"TW_SEED={seed}");
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var mutant = source;
            for (var times = random.Next(1, 4); times > 0; times--)
                mutant = Mutate(mutant, random);
            try
            {
                act(mutant);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"TW_SEED={seed}, round {round}: {mutant}", exception);
            }
        }
    }

    /// <summary>Puts another value in a value's place, or cuts, doubles or swaps some characters.</summary>
    private static string Mutate(string json, Random random)
    {
        var at = random.Next(json.Length);
        var length = Math.Min(random.Next(1, 30), json.Length - at);
        switch (random.Next(6))
        {
            case 0:
                return json.Remove(at, length);
            case 1:
                return json.Insert(at, json.Substring(at, length));
            case 2:
                return json.Remove(at, length).Insert(at, s_pieces[random.Next(s_pieces.Length)]);
            default:
                var colon = json.IndexOf(':', at);
                if (colon < 0)
                    return json;
                var end = colon + 1;
                var depth = 0;
                var quoted = false;
                for (; end < json.Length; end++)
                {
                    var c = json[end];
                    if (c == '"' && json[end - 1] != '\\')
                        quoted = !quoted;
                    if (quoted)
                        continue;
                    if (depth == 0 && c is ',' or '}' or ']' && depth == 0)
                        break;
                    depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
                }

                return string.Concat(json.AsSpan(0, colon + 1), s_pieces[random.Next(s_pieces.Length)], json.AsSpan(end));
        }
    }
}
