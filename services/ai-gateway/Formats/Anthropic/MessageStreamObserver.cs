using System.Buffers;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>
/// Follows Anthropic's stream as it passes. Text is collected as it stands in the JSON, escapes included: pieces of an escaped string joined are the
/// escaped whole, so nothing is decoded on the way.
/// </summary>
internal sealed class MessageStreamObserver : AnswerStream
{
    private const int MaxAssembledBytes = 4 * 1024 * 1024;
    private const int MostBlocks = 10_000;

    private readonly List<BlockText> _blocks = [];
    private UsageJson _usage;
    private byte[]? _id;
    private byte[]? _model;
    private byte[]? _usageStart;
    private byte[]? _usageEnd;
    private byte[]? _stop;
    private long _textBytes;
    private long _kept;
    private bool _truncated;

    public override long TextBytes => _textBytes;

    public override bool IsTruncated => _truncated;

    public override EventFate Observe(ReadOnlySpan<byte> data)
    {
        try
        {
            ObserveEvent(data);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // What this cannot read passes unchanged: the client may.
        }

        return EventFate.Pass;
    }

    public override void WriteAssembled(IBufferWriter<byte> output)
    {
        output.Write("{\"id\":"u8);
        output.Write(_id ?? "null"u8);
        output.Write(",\"type\":\"message\",\"role\":\"assistant\",\"model\":"u8);
        output.Write(_model ?? "null"u8);
        output.Write(",\"content\":["u8);
        for (var i = 0; i < _blocks.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            _blocks[i].Write(output);
        }

        output.Write("],"u8);
        output.Write(_stop ?? "\"stop_reason\":null"u8);
        if ((_usageEnd ?? _usageStart) is { } usage)
        {
            output.Write(",\"usage\":"u8);
            if (_usageStart is not null && _usageEnd is not null)
                Merge(_usageStart, _usageEnd, output);
            else
                output.Write(usage);
        }

        output.Write("}"u8);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var block in _blocks)
            block.Dispose();
        _blocks.Clear();
    }

    private void ObserveEvent(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        var index = -1;
        Utf8JsonReader delta = default, block = default;
        bool hasDelta = false, hasBlock = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8)) ReadType(ref reader);
            else if (reader.ValueTextEquals("index"u8)) index = ReadIndex(ref reader);
            else if (reader.ValueTextEquals("message"u8)) ReadMessage(ref reader, data);
            else if (reader.ValueTextEquals("usage"u8)) _usageEnd = ReadUsage(ref reader, data) ?? _usageEnd;
            else if (reader.ValueTextEquals("error"u8)) Fault = AnthropicAnswer.ReadError(ref reader);
            else if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("content_block"u8))
            {
                // The index may stand behind it: it is looked at when that is known.
                if (reader.ValueTextEquals("delta"u8))
                {
                    delta = reader;
                    hasDelta = true;
                }
                else
                {
                    block = reader;
                    hasBlock = true;
                }

                reader.Skip();
            }
            else reader.Skip();
        }

        if (hasBlock)
            ReadBlock(ref block, data, index);
        if (hasDelta)
            ReadDelta(ref delta, data, index);
    }

    private void ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            IsComplete |= reader.ValueTextEquals("message_stop"u8);
        else
            reader.Skip();
    }

    private static int ReadIndex(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var index))
            return index;
        reader.Skip();
        return -1;
    }

    private void ReadMessage(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8)) _id ??= Value(ref reader, data);
            else if (reader.ValueTextEquals("model"u8)) _model ??= Value(ref reader, data);
            else if (reader.ValueTextEquals("usage"u8)) _usageStart = ReadUsage(ref reader, data) ?? _usageStart;
            else reader.Skip();
        }
    }

    private byte[]? ReadUsage(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        _usage.Read(ref reader);
        Facts.Usage = _usage.ToUsage();
        return data[start..(int)reader.BytesConsumed].ToArray();
    }

    private void ReadBlock(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int index)
    {
        var value = Value(ref reader, data);
        _kept += value.Length;
        if (index != _blocks.Count || _blocks.Count >= MostBlocks || _kept > MaxAssembledBytes)
            _truncated = true;
        else
            _blocks.Add(new BlockText(value));
    }

    /// <summary>Of a block, or of the message: why it ended.</summary>
    private void ReadDelta(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, int index)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        if (index < 0)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("stop_reason"u8)) Facts.FinishReason = AnthropicAnswer.StopReasonOf(ref reader) ?? Facts.FinishReason;
                else reader.Skip();
            }

            // Its members are the message's.
            _stop = data[(start + 1)..((int)reader.BytesConsumed - 1)].Trim(" \t\r\n"u8).ToArray() is { Length: > 0 } members ? members : _stop;
            return;
        }

        if (index >= _blocks.Count || _kept > MaxAssembledBytes)
        {
            _truncated = true;
            reader.Skip();
            return;
        }

        var added = _blocks[index].Add(ref reader, data);
        _textBytes += added;
        _kept += added;
    }

    private static byte[] Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return data[start..(int)reader.BytesConsumed].ToArray();
    }

    /// <summary>The first event's usage with the last one's numbers.</summary>
    private static void Merge(byte[] first, byte[] last, IBufferWriter<byte> output)
    {
        using var early = JsonDocument.Parse(first);
        using var late = JsonDocument.Parse(last);
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        foreach (var (name, value) in early.RootElement.NamedMembers())
        {
            json.WritePropertyName(name);
            json.Raw(late.RootElement.Member(name) ?? value);
        }

        foreach (var (name, value) in late.RootElement.NamedMembers())
        {
            if (early.RootElement.Member(name) is not null)
                continue;
            json.WritePropertyName(name);
            json.Raw(value);
        }

        json.WriteEndObject();
    }
}
