using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>One choice of a streamed answer, put together from its deltas. All text is raw JSON string content, escapes included.</summary>
internal sealed class ChoiceText(int index) : IDisposable
{
    private const int MaxTools = 256;

    private readonly List<ToolText> _tools = [];
    private PooledBuffer? _content;
    private PooledBuffer? _refusal;
    private PooledBuffer? _reasoning;

    public int Index { get; } = index;

    public string? FinishReason { get; set; }

    /// <summary>Takes a delta object (the reader stands on its start); returns how many bytes of text it held.</summary>
    public long Add(ref Utf8JsonReader reader)
    {
        var added = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("content"u8)) added += Append(ref reader, ref _content);
            else if (reader.ValueTextEquals("tool_calls"u8)) added += AddTools(ref reader);
            else if (reader.ValueTextEquals("refusal"u8)) added += Append(ref reader, ref _refusal);
            else if (reader.ValueTextEquals("reasoning_content"u8) || reader.ValueTextEquals("reasoning"u8)) added += Append(ref reader, ref _reasoning);
            else reader.Skip();
        }

        return added;
    }

    public void Write(IBufferWriter<byte> output)
    {
        output.Write("{\"index\":"u8);
        Write(output, Index.ToString(CultureInfo.InvariantCulture));
        output.Write(",\"message\":{\"role\":\"assistant\",\"content\":"u8);
        WriteText(output, _content);
        if (_reasoning is not null)
        {
            output.Write(",\"reasoning_content\":"u8);
            WriteText(output, _reasoning);
        }

        if (_refusal is not null)
        {
            output.Write(",\"refusal\":"u8);
            WriteText(output, _refusal);
        }

        if (_tools.Count > 0)
            WriteTools(output);
        output.Write("},\"finish_reason\":"u8);
        Write(output, FinishReason is null ? "null" : '"' + FinishReason + '"');
        output.Write("}"u8);
    }

    public void Dispose()
    {
        _content?.Dispose();
        _refusal?.Dispose();
        _reasoning?.Dispose();
        foreach (var tool in _tools)
            tool.Arguments?.Dispose();
    }

    private long AddTools(ref Utf8JsonReader reader)
    {
        var added = 0L;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        var position = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            added += AddTool(ref reader, position++);
        return added;
    }

    private long AddTool(ref Utf8JsonReader reader, int position)
    {
        var piece = new ToolText { Index = position };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var given))
                    piece.Index = given;
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                piece.Id = Raw(ref reader);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                ReadFunction(ref reader, piece);
            }
            else
            {
                reader.Skip();
            }
        }

        return Merge(piece);
    }

    private static void ReadFunction(ref Utf8JsonReader reader, ToolText piece)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8)) piece.Name = Raw(ref reader);
            else if (reader.ValueTextEquals("arguments"u8)) Append(ref reader, ref piece.Arguments);
            else reader.Skip();
        }
    }

    private long Merge(ToolText piece)
    {
        var added = piece.Arguments?.Length ?? 0;
        foreach (var tool in _tools)
        {
            if (tool.Index != piece.Index)
                continue;
            tool.Id ??= piece.Id;
            tool.Name ??= piece.Name;
            if (piece.Arguments is not null)
            {
                (tool.Arguments ??= new PooledBuffer()).Append(piece.Arguments.WrittenSpan);
                piece.Arguments.Dispose();
            }

            return added;
        }

        if (_tools.Count < MaxTools)
            _tools.Add(piece);
        else
            piece.Arguments?.Dispose();
        return added;
    }

    private void WriteTools(IBufferWriter<byte> output)
    {
        output.Write(",\"tool_calls\":["u8);
        for (var i = 0; i < _tools.Count; i++)
        {
            var tool = _tools[i];
            output.Write(i > 0 ? ",{\"id\":\""u8 : "{\"id\":\""u8);
            output.Write(tool.Id);
            output.Write("\",\"type\":\"function\",\"function\":{\"name\":\""u8);
            output.Write(tool.Name);
            output.Write("\",\"arguments\":\""u8);
            output.Write(tool.Arguments is null ? [] : tool.Arguments.WrittenSpan);
            output.Write("\"}}"u8);
        }

        output.Write("]"u8);
    }

    private static byte[]? Raw(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.ValueSpan.ToArray();
        reader.Skip();
        return null;
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

    private static void WriteText(IBufferWriter<byte> output, PooledBuffer? text)
    {
        if (text is null)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("\""u8);
        output.Write(text.WrittenSpan);
        output.Write("\""u8);
    }

    private static void Write(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    private sealed class ToolText
    {
        public PooledBuffer? Arguments;

        public int Index { get; set; }

        public byte[]? Id { get; set; }

        public byte[]? Name { get; set; }
    }
}
