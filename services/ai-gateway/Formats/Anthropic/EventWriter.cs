using System.Buffers;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Writes named events, each with its type in the data too. One stream; its JSON writer is used again and again.</summary>
internal sealed class EventWriter
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonWrite.Options);

    /// <summary>Begins an event; its object is open until <see cref="End"/>.</summary>
    public Utf8JsonWriter Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> type)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        return _json;
    }

    /// <summary>Begins <c>content_block_start</c>; end it with <see cref="EndInner"/>.</summary>
    public Utf8JsonWriter BeginBlock(IBufferWriter<byte> output, int index)
    {
        var json = Begin(output, "content_block_start"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("content_block"u8);
        return json;
    }

    /// <summary>Begins <c>content_block_delta</c>; end it with <see cref="EndInner"/>.</summary>
    public Utf8JsonWriter BeginDelta(IBufferWriter<byte> output, int index, ReadOnlySpan<byte> type)
    {
        var json = Begin(output, "content_block_delta"u8);
        json.WriteNumber("index"u8, index);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        return json;
    }

    public void WriteStop(IBufferWriter<byte> output, int index)
    {
        Begin(output, "content_block_stop"u8).WriteNumber("index"u8, index);
        End(output);
    }

    /// <summary>Ends the inner object and the event.</summary>
    public void EndInner(IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        End(output);
    }

    public void End(IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        _json.Flush();
        output.Write("\n\n"u8);
    }
}
