using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats.OpenAiChat;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>
/// Follows a Responses stream. Its last event repeats the whole answer, and that is what is kept; until it has come, and when it never does, what is known
/// is the response as it began and the items that were finished, with the text of the one that was not.
/// </summary>
internal sealed class ResponsesStreamObserver : AnswerStream
{
    private const int MaxAssembledBytes = 4 * 1024 * 1024;

    private readonly PooledBuffer _items = new();
    private readonly PooledBuffer _text = new();
    private byte[]? _whole;
    private byte[]? _id;
    private byte[]? _model;
    private long _textBytes;
    private bool _truncated;

    public override long TextBytes => _textBytes;

    public override bool IsTruncated => _truncated;

    public override EventFate Observe(ReadOnlySpan<byte> data)
    {
        try
        {
            Read(data);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // What this cannot read passes unchanged: the client may.
        }

        return EventFate.Pass;
    }

    public override void WriteAssembled(IBufferWriter<byte> output)
    {
        if (_whole is not null)
        {
            output.Write(_whole);
            return;
        }

        output.Write("{\"id\":"u8);
        output.Write(_id ?? "null"u8);
        output.Write(",\"object\":\"response\",\"status\":\"incomplete\",\"model\":"u8);
        output.Write(_model ?? "null"u8);
        output.Write(",\"output\":["u8);
        output.Write(_items.WrittenSpan);
        if (_text.Length > 0)
        {
            if (_items.Length > 0)
                output.Write(","u8);
            output.Write("{\"type\":\"message\",\"role\":\"assistant\",\"status\":\"incomplete\",\"content\":[{\"type\":\"output_text\",\"annotations\":[],\"text\":\""u8);
            output.Write(_text.WrittenSpan);
            output.Write("\"}]}"u8);
        }

        output.Write("]}"u8);
    }

    protected override void Dispose(bool disposing)
    {
        _items.Dispose();
        _text.Dispose();
    }

    private void Read(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return;
        var kind = Kind.Other;
        Utf8JsonReader payload = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else if (reader.ValueTextEquals("response"u8) || reader.ValueTextEquals("item"u8) || reader.ValueTextEquals("delta"u8))
            {
                // The type may come behind it: look at it when that is known.
                reader.Read();
                payload = reader;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        Take(kind, data, ref payload);
    }

    private void Take(Kind kind, ReadOnlySpan<byte> data, ref Utf8JsonReader payload)
    {
        switch (kind)
        {
            case Kind.Created when payload.TokenType == JsonTokenType.StartObject:
                ReadHead(ref payload, data);
                break;
            case Kind.TextDelta or Kind.OtherDelta when payload.TokenType == JsonTokenType.String:
                _textBytes += payload.ValueSpan.Length;
                if (kind == Kind.TextDelta)
                    Keep(_text, payload.ValueSpan);
                break;
            case Kind.ItemDone when payload.TokenType == JsonTokenType.StartObject:
                _text.Clear();
                if (_items.Length > 0)
                    _items.Append(","u8);
                Keep(_items, Raw(data, ref payload));
                break;
            case Kind.Ended when payload.TokenType == JsonTokenType.StartObject:
                End(data, ref payload);
                break;
            case Kind.Error:
                Fault ??= ReadError(data);
                break;
        }
    }

    private void End(ReadOnlySpan<byte> data, ref Utf8JsonReader payload)
    {
        IsComplete = true;
        var start = payload;
        ResponsesAnswer.ReadObject(ref payload, ref Facts, out var fault);
        Fault ??= fault;
        var raw = Raw(data, ref start);
        _items.Clear();
        _text.Clear();
        _truncated = raw.Length > MaxAssembledBytes;
        if (!_truncated)
            _whole = raw.ToArray();
    }

    private void ReadHead(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            var isModel = reader.ValueTextEquals("model"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String)
                _id = Raw(data, ref reader).ToArray();
            else if (isModel && reader.TokenType == JsonTokenType.String)
                _model = Raw(data, ref reader).ToArray();
            else
                reader.Skip();
        }
    }

    /// <summary>Top-level members as documented, or an <c>error</c> object as OpenAI sends it too.</summary>
    private static ProviderFault ReadError(ReadOnlySpan<byte> data)
    {
        var nested = OpenAiAnswer.ReadFault(data);
        if (nested.Message is not null)
            return nested;
        using var document = JsonDocument.Parse(data.ToArray());
        var root = document.RootElement;
        return new ProviderFault(root.StringOrNull("message"), null, root.StringOrNull("code"), root.StringOrNull("param"));
    }

    private void Keep(PooledBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        if (_items.Length + _text.Length + bytes.Length <= MaxAssembledBytes)
            buffer.Append(bytes);
        else
            _truncated = true;
    }

    /// <summary>The value that the reader stands on, as it stands in the data.</summary>
    private static ReadOnlySpan<byte> Raw(ReadOnlySpan<byte> data, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return data[start..(int)reader.BytesConsumed];
    }

    private static Kind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return Kind.Other;
        if (reader.ValueTextEquals("response.output_text.delta"u8)) return Kind.TextDelta;
        if (reader.ValueSpan.EndsWith(".delta"u8)) return Kind.OtherDelta;
        if (reader.ValueTextEquals("response.output_item.done"u8)) return Kind.ItemDone;
        if (reader.ValueTextEquals("response.created"u8)) return Kind.Created;
        if (reader.ValueTextEquals("response.completed"u8) || reader.ValueTextEquals("response.incomplete"u8) || reader.ValueTextEquals("response.failed"u8)) return Kind.Ended;
        return reader.ValueTextEquals("error"u8) ? Kind.Error : Kind.Other;
    }

    private enum Kind
    {
        Other, Created, TextDelta, OtherDelta, ItemDone, Ended, Error,
    }
}
