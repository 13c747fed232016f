using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Scenario;

/// <summary>
/// Signatures over what a model has thought: made here, and later proof that it came back unchanged. The key is no secret; nothing but a test depends on it.
/// </summary>
internal static class Seal
{
    private static readonly byte[] s_key = "the simulator signs what it has thought"u8.ToArray();

    /// <summary>Of a text that must come back to the byte.</summary>
    public static string Sign(string purpose, string text) => Convert.ToBase64String(Mac(purpose, text));

    public static bool IsSignatureOf(string? signature, string purpose, string text) => string.Equals(signature, Sign(purpose, text), StringComparison.Ordinal);

    /// <summary>A blob that carries the text itself, as redacted thinking and encrypted reasoning do.</summary>
    public static string Close(string purpose, string text) => Convert.ToBase64String([.. Mac(purpose, text), .. Encoding.UTF8.GetBytes(text)]);

    /// <summary>The text of such a blob; null when it was changed or is none of ours.</summary>
    public static string? Open(string purpose, string blob)
    {
        var bytes = new byte[blob.Length];
        if (!Convert.TryFromBase64String(blob, bytes, out var length) || length < HMACSHA256.HashSizeInBytes)
            return null;
        var text = Encoding.UTF8.GetString(bytes, HMACSHA256.HashSizeInBytes, length - HMACSHA256.HashSizeInBytes);
        return bytes.AsSpan(0, HMACSHA256.HashSizeInBytes).SequenceEqual(Mac(purpose, text)) ? text : null;
    }

    /// <summary>The same text for the same JSON value, whatever its spacing, escapes and order of members.</summary>
    public static string Canonical(JsonElement value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, value);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Canonical(document.RootElement);
    }

    private static byte[] Mac(string purpose, string text) => HMACSHA256.HashData(s_key, Encoding.UTF8.GetBytes(purpose + "\0" + text));

    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.Number:
                json.WriteNumberValue(value.GetDouble());
                break;
            case JsonValueKind.String:
                json.WriteStringValue(value.GetString());
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
