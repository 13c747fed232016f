using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>How formats write JSON: bodies of type application/json, where nothing needs to survive inside HTML.</summary>
internal static class JsonWrite
{
    /// <summary>A writer checks itself in tests; there a mistake shows, here it would only cost.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the member when there is a value.</summary>
    public static void Optional(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    public static void Optional(this Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    public static void Optional(this Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    public static void Optional(this Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } flag)
            json.WriteBoolean(name, flag);
    }

    public static void Optional(this Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonElement? value)
    {
        if (value is not { } element)
            return;
        json.WritePropertyName(name);
        json.Raw(element);
    }

    /// <summary>
    /// Writes a value as it came, numbers and escapes untouched (JsonElement's own WriteTo throws for escapes that are no Unicode). Line ends between its
    /// tokens are left out: they would end a line of a server-sent event, and inside JSON strings there are none.
    /// </summary>
    public static void Raw(this Utf8JsonWriter json, JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            json.WriteRawValue(raw, skipInputValidation: true);
            return;
        }

        var joined = new byte[raw.Length];
        var length = 0;
        foreach (var one in raw)
        {
            if (one is not ((byte)'\n' or (byte)'\r'))
                joined[length++] = one;
        }

        json.WriteRawValue(joined.AsSpan(0, length), skipInputValidation: true);
    }
}
