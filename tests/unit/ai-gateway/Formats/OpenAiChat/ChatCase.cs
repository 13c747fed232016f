using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.OpenAiChat;

namespace ThinkWatch.AiGateway.Tests.Formats.OpenAiChat;

/// <summary>One call in Chat Completions on either side.</summary>
internal static class ChatCase
{
    public const string RequestId = "01890000-0000-7000-8000-0000000000aa";

    /// <param name="body">The client's body; empty: a plain one.</param>
    public static ConvertedCall Call(string body = "", string provider = "custom", string upstreamModel = "up", params string[] cannot)
    {
        if (body.Length == 0)
            body = """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""";
        return new ConvertedCall(JsonDocument.Parse(body), "m", upstreamModel, RequestId, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000))
        {
            ProviderType = provider,
            Capabilities = cannot.ToDictionary(static name => name.TrimStart('+'), static name => name[0] == '+'),
        };
    }

    /// <summary>An object's members, to stand behind others.</summary>
    public static string More(string members) => members.Length == 0 ? "" : "," + members[1..^1];

    /// <summary>A request with the members of this object, read.</summary>
    public static ConvertedCall Read(string members, string messages = """[{"role":"user","content":"Hi"}]""", string provider = "custom")
    {
        var call = Call($$"""{"model":"m","messages":{{messages}}{{More(members)}}}""", provider);
        new ChatClientFormat().ReadRequest(call);
        return call;
    }

    public static string Write(ConvertedCall call)
    {
        var output = new ArrayBufferWriter<byte>();
        new ChatUpstreamFormat().WriteRequest(call, output);
        return Text(output);
    }

    public static string Answer(ConvertedCall call, ChatAnswer answer)
    {
        var output = new ArrayBufferWriter<byte>();
        new ChatClientFormat().WriteAnswer(answer, call, output);
        return Text(output);
    }

    public static ChatAnswer ReadAnswer(ConvertedCall call, string json) => new ChatUpstreamFormat().ReadAnswer(JsonDocument.Parse(json).RootElement, call);

    /// <summary>The client's bytes for these events, without the head that all chunks share.</summary>
    public static string Stream(ConvertedCall call, params AnswerEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ChatClientFormat().OpenWriter(call);
        foreach (var answerEvent in events)
            writer.Write(answerEvent, output);
        writer.WriteEnd(output);
        return Text(output).Replace(Head, "C:[", StringComparison.Ordinal);
    }

    public const string Head =
        """data: {"id":"chatcmpl-018900000000700080000000000000aa","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[""";

    /// <summary>The events of a provider's stream, in few letters.</summary>
    public static List<AnswerEvent> Events(ConvertedCall call, out bool complete, params string[] data)
    {
        var events = new List<AnswerEvent>();
        var reader = new ChatUpstreamFormat().OpenReader(call);
        foreach (var item in data)
            reader.Read(default, Encoding.UTF8.GetBytes(item), events);
        complete = reader.IsComplete;
        reader.End(events);
        return events;
    }

    public static string Delta(string delta, string rest = "") => $$"""{"id":"u","model":"um","choices":[{"index":0,"delta":{{delta}}{{rest}}}]}""";

    private static string Text(ArrayBufferWriter<byte> output) => Encoding.UTF8.GetString(output.WrittenSpan);
}
