using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Writes images and documents.</summary>
internal static class MediaWriter
{
    public static void WriteImage(Utf8JsonWriter json, ImagePart image, BlockWriter blocks, ConversionNotes notes)
    {
        if (image.Detail is not (null or "auto"))
            notes.Drop("image_url.detail");
        var media = image.Media;
        if (media.Base64 is not null && media.MediaType is not ("image/jpeg" or "image/png" or "image/gif" or "image/webp"))
            throw new ConversionException($"This model's provider takes no images of type '{media.MediaType}'.", "messages");
        json.WriteStartObject();
        json.WriteString("type"u8, "image"u8);
        WriteSource(json, media);
        blocks.WriteCache(json, image.Cache);
        json.WriteEndObject();
    }

    public static void WriteFile(Utf8JsonWriter json, FilePart file, BlockWriter blocks)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "document"u8);
        if (file.Media is { Base64: { } base64, MediaType: { } type } && IsText(type))
        {
            json.WriteStartObject("source"u8);
            json.WriteString("type"u8, "text"u8);
            json.WriteString("media_type"u8, "text/plain"u8);
            json.WriteString("data"u8, Decode(base64));
            json.WriteEndObject();
        }
        else
        {
            if (file.Media is { Base64: not null, MediaType: not "application/pdf" })
                throw new ConversionException($"This model's provider takes no files of type '{file.Media.MediaType ?? "unknown"}'.", "messages");
            WriteSource(json, file.Media);
        }

        json.Optional("title"u8, file.Name);
        json.Optional("context"u8, file.Context);
        if (file.Citations is { } citations)
        {
            json.WriteStartObject("citations"u8);
            json.WriteBoolean("enabled"u8, citations);
            json.WriteEndObject();
        }

        blocks.WriteCache(json, file.Cache);
        json.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter json, Media media)
    {
        json.WriteStartObject("source"u8);
        if (media.Base64 is not null)
        {
            json.WriteString("type"u8, "base64"u8);
            json.WriteString("media_type"u8, media.MediaType);
            json.WriteString("data"u8, media.Base64);
        }
        else
        {
            json.WriteString("type"u8, "url"u8);
            json.WriteString("url"u8, media.Url ?? throw new ConversionException("A file's id means nothing to this model's provider: send the file itself.", "messages"));
        }

        json.WriteEndObject();
    }

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" or "application/xml";

    private static string Decode(string base64)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            throw new ConversionException("A file's data is not valid base64.", "messages");
        }
    }
}
