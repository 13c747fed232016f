using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Follows <c>chat.completion.chunk</c> events. Text is collected as it stands in the JSON, escapes included: pieces of an escaped string joined are the
/// escaped whole, a surrogate pair split between two chunks too, so nothing is decoded on the way.
/// </summary>
internal sealed class ChatStreamObserver(bool hidesUsageChunk) : AnswerStream
{
    private const int MaxAssembledBytes = 4 * 1024 * 1024;

    private readonly List<ChoiceText> _choices = [];
    private byte[]? _id;
    private byte[]? _model;
    private byte[]? _created;
    private byte[]? _fingerprint;
    private byte[]? _usage;
    private long _textBytes;
    private bool _truncated;

    public override long TextBytes => _textBytes;

    public override bool IsTruncated => _truncated;

    public override EventFate Observe(ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            IsComplete = true;
            return EventFate.Pass;
        }

        try
        {
            return ObserveChunk(data);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // What this cannot read passes unchanged: the client may.
            return EventFate.Pass;
        }
    }

    public override void WriteAssembled(IBufferWriter<byte> output)
    {
        output.Write("{\"id\":"u8);
        output.Write(_id ?? "null"u8);
        output.Write(",\"object\":\"chat.completion\",\"created\":"u8);
        output.Write(_created ?? "null"u8);
        output.Write(",\"model\":"u8);
        output.Write(_model ?? "null"u8);
        if (_fingerprint is not null)
        {
            output.Write(",\"system_fingerprint\":"u8);
            output.Write(_fingerprint);
        }

        output.Write(",\"choices\":["u8);
        for (var i = 0; i < _choices.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            _choices[i].Write(output);
        }

        output.Write("]"u8);
        if (_usage is not null)
        {
            output.Write(",\"usage\":"u8);
            output.Write(_usage);
        }

        output.Write("}"u8);
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var choice in _choices)
            choice.Dispose();
        _choices.Clear();
    }

    private EventFate ObserveChunk(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return EventFate.Pass;
        var hasUsage = false;
        var choices = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("choices"u8)) choices = ReadChoices(ref reader);
            else if (reader.ValueTextEquals("id"u8)) Keep(ref reader, data, ref _id);
            else if (reader.ValueTextEquals("model"u8)) Keep(ref reader, data, ref _model);
            else if (reader.ValueTextEquals("created"u8)) Keep(ref reader, data, ref _created);
            else if (reader.ValueTextEquals("system_fingerprint"u8)) Keep(ref reader, data, ref _fingerprint);
            else if (reader.ValueTextEquals("usage"u8)) hasUsage = ReadUsage(ref reader, data);
            else if (reader.ValueTextEquals("error"u8)) Fault = OpenAiAnswer.ReadError(ref reader);
            else reader.Skip();
        }

        return hidesUsageChunk && hasUsage && choices == 0 ? EventFate.Hide : EventFate.Pass;
    }

    private bool ReadUsage(ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var name = reader;
        if (OpenAiAnswer.ReadUsage(ref reader) is not { } usage)
            return false;
        name.Read();
        Facts.Usage = usage;
        _usage = data[(int)name.TokenStartIndex..(int)reader.BytesConsumed].ToArray();
        return true;
    }

    private int ReadChoices(ref Utf8JsonReader reader)
    {
        var count = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            count++;
            ReadChoice(ref reader);
        }

        return count;
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        var index = 0;
        string? finishReason = null;
        Utf8JsonReader delta = default;
        var hasDelta = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                _ = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out index);
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                // The index may come behind the delta: look at it when it is known.
                reader.Read();
                delta = reader;
                hasDelta = reader.TokenType == JsonTokenType.StartObject;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("finish_reason"u8))
            {
                finishReason = FinishReasons.Read(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (Choice(index) is not { } choice)
            return;
        if (finishReason is not null)
        {
            choice.FinishReason = finishReason;
            if (index == 0 || Facts.FinishReason is null)
                Facts.FinishReason = finishReason;
        }

        if (hasDelta && _textBytes <= MaxAssembledBytes)
            _textBytes += choice.Add(ref delta);
        else if (hasDelta)
            _truncated = true;
    }

    private ChoiceText? Choice(int index)
    {
        foreach (var choice in _choices)
        {
            if (choice.Index == index)
                return choice;
        }

        if (index < 0 || _choices.Count >= 128)
            return null;
        var made = new ChoiceText(index);
        _choices.Add(made);
        return made;
    }

    private static void Keep(ref Utf8JsonReader reader, ReadOnlySpan<byte> data, ref byte[]? value)
    {
        reader.Read();
        if (value is null && reader.TokenType is (JsonTokenType.String or JsonTokenType.Number))
            value = data[(int)reader.TokenStartIndex..(int)reader.BytesConsumed].ToArray();
        reader.Skip();
    }
}
