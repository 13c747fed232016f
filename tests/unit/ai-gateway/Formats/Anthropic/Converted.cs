using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Anthropic;

namespace ThinkWatch.AiGateway.Tests.Formats.Anthropic;

/// <summary>Ways through Anthropic's format and back.</summary>
internal static class Converted
{
    public static readonly AnthropicFormat Format = new();

    public static ConvertedCall Call(string clientJson = "{}", string upstreamModel = "claude-sonnet-4-5", long? maxOutputTokens = null) =>
        new(JsonDocument.Parse(clientJson), "asked-for", upstreamModel, "0189-0000", DateTimeOffset.UnixEpoch) { MaxOutputTokens = maxOutputTokens };

    public static ConvertedCall Read(string clientJson, string upstreamModel = "claude-sonnet-4-5")
    {
        var call = Call(clientJson, upstreamModel);
        Format.ReadRequest(call);
        return call;
    }

    public static string Write(ConvertedCall call)
    {
        var output = new ArrayBufferWriter<byte>();
        Format.WriteRequest(call, output);
        using var valid = JsonDocument.Parse(output.WrittenMemory);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>What Anthropic would be sent for a request in its own words.</summary>
    public static string There(string clientJson, string upstreamModel = "claude-sonnet-4-5") => Write(Read(clientJson, upstreamModel));

    public static ChatAnswer Answer(string json, ConvertedCall call) => Format.ReadAnswer(JsonDocument.Parse(json).RootElement, call);

    public static string Write(ChatAnswer answer, ConvertedCall call)
    {
        var output = new ArrayBufferWriter<byte>();
        Format.WriteAnswer(answer, call, output);
        using var valid = JsonDocument.Parse(output.WrittenMemory);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static List<AnswerEvent> Events(ConvertedCall call, params string[] data)
    {
        var events = new List<AnswerEvent>();
        var reader = Format.OpenReader(call);
        foreach (var one in data)
            reader.Read([], Encoding.UTF8.GetBytes(one), events);
        reader.End(events);
        return events;
    }

    public static string Stream(ConvertedCall call, params AnswerEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = Format.OpenWriter(call);
        foreach (var one in events)
            writer.Write(one, output);
        writer.WriteEnd(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The assembled answer that an observer makes of a stream.</summary>
    public static (string Json, AnswerFacts Facts, bool IsComplete) Observe(string stream)
    {
        using var observer = Format.OpenStream(hidesUsage: false);
        foreach (var line in stream.Split('\n').Where(static line => line.StartsWith("data: ", StringComparison.Ordinal)))
            observer.Observe(Encoding.UTF8.GetBytes(line["data: ".Length..])).ShouldBe(EventFate.Pass);
        var output = new ArrayBufferWriter<byte>();
        observer.WriteAssembled(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), observer.Facts, observer.IsComplete);
    }
}
