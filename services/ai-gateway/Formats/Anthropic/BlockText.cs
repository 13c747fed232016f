using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>One block of a streamed message, put together from its start and its deltas. All text is raw JSON string content, escapes included.</summary>
internal sealed class BlockText(byte[] start) : IDisposable
{
    private PooledBuffer? _text;
    private PooledBuffer? _thinking;
    private PooledBuffer? _input;
    private PooledBuffer? _citations;
    private byte[]? _signature;

    /// <summary>Takes a delta object (the reader stands on its start); returns how many bytes it added.</summary>
    public long Add(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var added = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("text"u8)) added += Append(ref reader, ref _text);
            else if (reader.ValueTextEquals("thinking"u8)) added += Append(ref reader, ref _thinking);
            else if (reader.ValueTextEquals("partial_json"u8)) added += Append(ref reader, ref _input);
            else if (reader.ValueTextEquals("signature"u8)) added += (_signature = Value(ref reader, data)).Length;
            else if (reader.ValueTextEquals("citation"u8)) added += AppendCitation(Value(ref reader, data));
            else reader.Skip();
        }

        return added;
    }

    public void Write(IBufferWriter<byte> output)
    {
        if (_text is null && _thinking is null && _input is null && _citations is null && _signature is null)
        {
            output.Write(start);
            return;
        }

        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        using var document = JsonDocument.Parse(start);
        json.WriteStartObject();
        foreach (var (name, value) in document.RootElement.NamedMembers())
        {
            if (IsReplaced(name))
                continue;
            json.WritePropertyName(name);
            json.Raw(value);
        }

        WriteString(json, "text"u8, _text);
        WriteString(json, "thinking"u8, _thinking);
        WriteRaw(json, "signature"u8, _signature);
        if (_citations is not null)
            WriteRaw(json, "citations"u8, [(byte)'[', .. _citations.WrittenSpan, (byte)']']);
        if (_input is not null)
        {
            json.WritePropertyName("input"u8);
            ToolInput.Write(json, Unescaped(_input.WrittenSpan));
        }

        json.WriteEndObject();
    }

    public void Dispose()
    {
        _text?.Dispose();
        _thinking?.Dispose();
        _input?.Dispose();
        _citations?.Dispose();
    }

    private bool IsReplaced(string name) => name switch
    {
        "text" => _text is not null,
        "thinking" => _thinking is not null,
        "signature" => _signature is not null,
        "citations" => _citations is not null,
        "input" => _input is not null,
        _ => false,
    };

    private long AppendCitation(byte[] citation)
    {
        _citations ??= new PooledBuffer();
        if (_citations.Length > 0)
            _citations.Append(","u8);
        _citations.Append(citation);
        return citation.Length;
    }

    private static string Unescaped(ReadOnlySpan<byte> text)
    {
        byte[] quoted = [(byte)'"', .. text, (byte)'"'];
        try
        {
            using var json = JsonDocument.Parse(quoted);
            return json.RootElement.StringOrNull() ?? "";
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(text);
        }
    }

    private static void WriteString(Utf8JsonWriter json, ReadOnlySpan<byte> name, PooledBuffer? text)
    {
        if (text is not null)
            WriteRaw(json, name, [(byte)'"', .. text.WrittenSpan, (byte)'"']);
    }

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[]? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    private static byte[] Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        reader.Read();
        var from = (int)reader.TokenStartIndex;
        reader.Skip();
        return data[from..(int)reader.BytesConsumed].ToArray();
    }

    private static long Append(ref Utf8JsonReader reader, ref PooledBuffer? text)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return 0;
        }

        (text ??= new PooledBuffer()).Append(reader.ValueSpan);
        return reader.ValueSpan.Length;
    }
}
