using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>
/// A message of <c>application/vnd.amazon.eventstream</c>: total length, headers length, CRC of these two, headers, payload, CRC of all before it. One writer.
/// </summary>
internal sealed class EventFrame
{
    private const int PreludeBytes = 12;
    private const int CrcBytes = 4;
    private const byte StringType = 7;

    private readonly ArrayBufferWriter<byte> _payload = new(256);
    private readonly Utf8JsonWriter _json;

    public EventFrame() => _json = new Utf8JsonWriter(_payload, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Starts a payload; its members follow.</summary>
    public Utf8JsonWriter Begin()
    {
        _payload.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        return _json;
    }

    public void End(EventBuffer events, string eventType) => Finish(events, [(":event-type", eventType), (":content-type", "application/json"), (":message-type", "event")]);

    public void EndException(EventBuffer events, string type) =>
        Finish(events, [(":exception-type", type), (":content-type", "application/json"), (":message-type", "exception")]);

    /// <summary>A whole frame with a payload that is not what its checksum says.</summary>
    public void WriteCorrupt(EventBuffer events)
    {
        Begin().WriteString("p", "corrupt");
        _json.WriteEndObject();
        _json.Flush();
        var frame = Make([(":event-type", "contentBlockDelta"), (":content-type", "application/json"), (":message-type", "event")], _payload.WrittenSpan);
        frame[^(CrcBytes + 2)] ^= 1;
        events.Raw(frame);
    }

    private void Finish(EventBuffer events, ReadOnlySpan<(string Name, string Value)> headers)
    {
        _json.WriteEndObject();
        _json.Flush();
        events.Raw(Make(headers, _payload.WrittenSpan));
    }

    private static byte[] Make(ReadOnlySpan<(string Name, string Value)> headers, ReadOnlySpan<byte> payload)
    {
        var headerBytes = 0;
        foreach (var (name, value) in headers)
            headerBytes += 4 + name.Length + value.Length;
        var frame = new byte[PreludeBytes + headerBytes + payload.Length + CrcBytes];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), headerBytes);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Crc32.Of(frame.AsSpan(0, 8)));
        var at = PreludeBytes;
        foreach (var (name, value) in headers)
        {
            frame[at++] = (byte)name.Length;
            at += Encoding.ASCII.GetBytes(name, frame.AsSpan(at));
            frame[at++] = StringType;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(at), (ushort)value.Length);
            at += 2;
            at += Encoding.ASCII.GetBytes(value, frame.AsSpan(at));
        }

        payload.CopyTo(frame.AsSpan(at));
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(frame.Length - CrcBytes), Crc32.Of(frame.AsSpan(0, frame.Length - CrcBytes)));
        return frame;
    }
}
