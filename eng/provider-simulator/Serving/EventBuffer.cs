using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>The bytes of the event that is being made. One writer.</summary>
internal sealed class EventBuffer
{
    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    public EventBuffer() => Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Clear() => _bytes.ResetWrittenCount();

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <summary>Starts a server-sent event with an object as its data.</summary>
    public Utf8JsonWriter Begin()
    {
        Raw("data: "u8);
        Json.Reset();
        Json.WriteStartObject();
        return Json;
    }

    /// <summary>Starts a named event whose data repeats the name as its <c>type</c>.</summary>
    public Utf8JsonWriter Begin(string type)
    {
        Raw("event: "u8);
        Encoding.UTF8.GetBytes(type, _bytes);
        Raw("\n"u8);
        Begin().WriteString("type", type);
        return Json;
    }

    public void End()
    {
        Json.WriteEndObject();
        Json.Flush();
        Raw("\n\n"u8);
    }
}
