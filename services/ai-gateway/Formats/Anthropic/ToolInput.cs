using System.Text;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>A tool call's arguments as the JSON object that Anthropic has in their place.</summary>
internal static class ToolInput
{
    /// <summary>False: the model had not written an object, and its words stand in one.</summary>
    public static bool Write(Utf8JsonWriter json, string arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            json.WriteStartObject();
            json.WriteEndObject();
            return true;
        }

        if (IsObject(arguments))
        {
            json.WriteRawValue(arguments.AsSpan().IndexOfAny('\n', '\r') < 0 ? arguments : arguments.ReplaceLineEndings(" "), skipInputValidation: true);
            return true;
        }

        json.WriteStartObject();
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        return false;
    }

    private static bool IsObject(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
