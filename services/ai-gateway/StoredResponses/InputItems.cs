using System.Text.Json;
using ThinkWatch.AiGateway.Capture;

namespace ThinkWatch.AiGateway.StoredResponses;

/// <summary>Changes the items of a request's input without touching the bytes of those that stay.</summary>
internal static class InputItems
{
    /// <summary>Input that is a string says the same as this message.</summary>
    public static void WriteMessage(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "user"u8);
        json.WritePropertyName("content"u8);
        json.WriteRawValue(text, skipInputValidation: true);
        json.WriteEndObject();
    }

    /// <summary>The items of an array that are to stay, as an array.</summary>
    /// <param name="stays">Asked for each item: its number, its bytes.</param>
    public static byte[] Filter(ReadOnlySpan<byte> array, Func<int, JsonElement, bool> stays)
    {
        using var document = JsonDocument.Parse(array.ToArray(), new JsonDocumentOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
        using var output = new PooledBuffer();
        using var json = new Utf8JsonWriter(output, Formats.JsonWrite.Options);
        json.WriteStartArray();
        var index = 0;
        foreach (var item in document.RootElement.EnumerateArray())
        {
            if (stays(index++, item))
                Formats.JsonWrite.Raw(json, item);
        }

        json.WriteEndArray();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }
}
