using System.Buffers;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Frames the typed events of one stream and numbers them. One stream, one caller at a time.</summary>
internal sealed class EventSink
{
    // Holds nothing between events, so there is nothing to dispose of.
    private readonly Utf8JsonWriter _json = new(Stream.Null, JsonWrite.Options);
    private IBufferWriter<byte>? _output;
    private int _sequence;

    /// <summary>Begins an event; its members follow, then <see cref="End"/>.</summary>
    public Utf8JsonWriter Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> type)
    {
        _output = output;
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        _json.Reset(output);
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        _json.WriteNumber("sequence_number"u8, _sequence++);
        return _json;
    }

    /// <summary>Begins an event about a piece of an item.</summary>
    public Utf8JsonWriter Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> type, OutputItem item)
    {
        var json = Begin(output, type);
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, item.Index);
        return json;
    }

    public void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _output!.Write("\n\n"u8);
    }
}

/// <summary>An item of a streamed output.</summary>
internal sealed class OutputItem(int index, string id)
{
    public int Index { get; } = index;

    public string Id { get; } = id;

    /// <summary>The whole item as JSON, once it is done.</summary>
    public byte[]? Done { get; set; }
}
