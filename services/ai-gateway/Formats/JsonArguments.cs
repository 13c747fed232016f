using System.Text;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>A tool call's arguments are JSON text on some wires and an object on others.</summary>
internal static class JsonArguments
{
    /// <summary>Writes the text as an object member; none at all is an empty object. False, with nothing written, when it is no object.</summary>
    public static bool TryWrite(Utf8JsonWriter json, ReadOnlySpan<byte> name, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            json.WriteStartObject(name);
            json.WriteEndObject();
            return true;
        }

        if (Parse(arguments) is not { ValueKind: JsonValueKind.Object } value)
            return false;
        json.WritePropertyName(name);
        json.Raw(value);
        return true;
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var reader = new Utf8JsonReader(bytes);
            var value = JsonElement.ParseValue(ref reader);

            // Something behind the value would be lost.
            return reader.Read() ? null : value;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
