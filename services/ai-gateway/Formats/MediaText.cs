using System.Text;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>Bytes by value or by reference as one text: <c>data:</c> URLs (RFC 2397) and addresses.</summary>
internal static class MediaText
{
    private const string DataScheme = "data:";

    public static bool IsDataUrl(string text) => text.StartsWith(DataScheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an <c>https:</c>, <c>http:</c> or <c>data:</c> URL of a client.</summary>
    public static Media FromUrl(string url, string path)
    {
        if (IsDataUrl(url))
            return FromDataUrl(url, path);
        return url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            ? new Media(null, null, url)
            : throw JsonRead.Invalid(path, "expected an https, http or data URL.");
    }

    /// <summary>What <see cref="FromUrl"/> reads; null for an id in a file store.</summary>
    public static string? ToUrl(Media media) => media.Base64 is { } data ? ToDataUrl(media.MediaType ?? "application/octet-stream", data) : media.Url;

    public static string ToDataUrl(string mediaType, string base64) => string.Concat(DataScheme, mediaType, ";base64,", base64);

    /// <summary>A file's type by its name; without one it is taken for a PDF, the one type that every provider knows.</summary>
    public static string TypeOf(string? fileName)
    {
        var extension = Path.GetExtension(fileName ?? "").ToUpperInvariant();
        return extension switch
        {
            ".TXT" or ".LOG" => "text/plain",
            ".MD" => "text/markdown",
            ".CSV" => "text/csv",
            ".HTML" or ".HTM" => "text/html",
            ".XML" => "text/xml",
            ".JSON" => "application/json",
            ".DOC" => "application/msword",
            ".DOCX" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".XLS" => "application/vnd.ms-excel",
            ".XLSX" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _ => "application/pdf",
        };
    }

    /// <summary>The text of a plain-text document by value; null for anything else.</summary>
    public static string? PlainText(Media media)
    {
        if (media is not { Base64: { } data, MediaType: { } type } || !type.StartsWith("text/", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[(data.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(data, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static Media FromDataUrl(string url, string path)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
            throw JsonRead.Invalid(path, "a data URL needs a comma before its data.");
        var head = url[DataScheme.Length..comma].Split(';');
        var type = head[0].Length == 0 ? "text/plain" : head[0];
        var isBase64 = head.Length > 1 && string.Equals(head[^1], "base64", StringComparison.OrdinalIgnoreCase);
        return new Media(type, isBase64 ? url[(comma + 1)..] : Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url[(comma + 1)..]))));
    }
}
