using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>How rows of ClickHouse become objects.</summary>
internal static class LogJson
{
    /// <summary>Without escapes that JSON does not ask for.</summary>
    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions _rows = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static JsonTypeInfo<T> Row<T>() => (JsonTypeInfo<T>)_rows.GetTypeInfo(typeof(T));
}

/// <summary>A text column that holds JSON: read as text, shown as what it is. Text that is no JSON is shown as a string.</summary>
internal sealed class JsonTextConverter : JsonConverter<JsonElement?>
{
    public override JsonElement? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            return JsonElement.ParseValue(ref reader);
        var text = reader.GetString()!;
        if (text.Length == 0)
            return null;
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }

    public override void Write(Utf8JsonWriter writer, JsonElement? value, JsonSerializerOptions options)
    {
        if (value is { } element)
            element.WriteTo(writer);
        else
            writer.WriteNullValue();
    }
}
