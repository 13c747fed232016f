using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Bytes by value are <c>inlineData</c>, by address <c>fileData</c>; both name their type (https://ai.google.dev/gemini-api/docs/file-input-methods).</summary>
internal static class MediaWriter
{
    public static void Write(Utf8JsonWriter json, Media media, string otherwise)
    {
        json.WriteStartObject();
        WriteMember(json, media, otherwise);
        json.WriteEndObject();
    }

    public static void WriteMember(Utf8JsonWriter json, Media media, string otherwise)
    {
        if (media.Base64 is { } bytes)
        {
            json.WriteStartObject("inlineData"u8);
            json.WriteString("mimeType"u8, media.MediaType ?? otherwise);
            json.WriteString("data"u8, bytes);
            json.WriteEndObject();
        }
        else if (media.Url is { } url)
        {
            json.WriteStartObject("fileData"u8);
            json.WriteString("mimeType"u8, media.MediaType ?? TypeOf(url) ?? otherwise);
            json.WriteString("fileUri"u8, url);
            json.WriteEndObject();
        }
        else
        {
            throw new ConversionException("A file in another provider's store cannot go to this model: send its bytes or its address.", "file_id");
        }
    }

    public static string AudioType(string format) => format switch
    {
        "mp3" => "audio/mp3",
        "pcm16" => "audio/l16",
        _ => "audio/" + format,
    };

    private static string? TypeOf(string url)
    {
        var path = url.AsSpan(0, url.AsSpan().IndexOfAny('?', '#') is var end and >= 0 ? end : url.Length);
        var extension = path[(path.LastIndexOf('.') + 1)..];
        return extension.Length > 4 ? null : extension.ToString().ToUpperInvariant() switch
        {
            "PNG" => "image/png",
            "JPG" or "JPEG" => "image/jpeg",
            "WEBP" => "image/webp",
            "GIF" => "image/gif",
            "HEIC" => "image/heic",
            "PDF" => "application/pdf",
            "TXT" => "text/plain",
            "CSV" => "text/csv",
            "HTML" or "HTM" => "text/html",
            "MP4" => "video/mp4",
            "MP3" => "audio/mp3",
            "WAV" => "audio/wav",
            _ => null,
        };
    }
}
