using System.Buffers.Text;
using System.Text.Json;

namespace ThinkWatch.ManagementApi;

/// <summary>An opaque position in a keyset: the sort values of the last row seen, the id last. Base64url of a JSON array of strings.</summary>
public static class Cursor
{
    private const int MaxLength = 2048;

    public static string Encode(params ReadOnlySpan<string> parts) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts.ToArray()));

    /// <summary>Null unless the text is a cursor of exactly <paramref name="parts"/> values.</summary>
    public static string[]? Decode(string? text, int parts)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !Base64Url.IsValid(text))
            return null;
        try
        {
            var values = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(text));
            return values?.Length == parts && Array.TrueForAll(values, v => v is not null) ? values : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
