using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Bedrock;

/// <summary>Writes images, documents and audio: by value, or from S3. Converse fetches nothing from the web.</summary>
internal sealed class MediaWriter(ConvertedCall call, Utf8JsonWriter json)
{
    private const int LongestName = 200;

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public void WriteImage(ImagePart image)
    {
        if (image.Detail is not (null or "auto"))
            call.Notes.Drop("image_url.detail");
        var format = TypeOf(image.Media) switch
        {
            "image/png" => "png",
            "image/jpeg" or "image/jpg" => "jpeg",
            "image/gif" => "gif",
            "image/webp" => "webp",
            var other => throw new ConversionException($"This model's provider takes no images of type '{other}'.", "messages"),
        };
        json.WriteStartObject("image"u8);
        json.WriteString("format"u8, format);
        WriteSource(image.Media, "images");
        json.WriteEndObject();
    }

    public void WriteDocument(FilePart file)
    {
        json.WriteStartObject("document"u8);
        json.WriteString("format"u8, DocumentFormat(TypeOf(file.Media)));
        json.WriteString("name"u8, NameOf(file));
        WriteSource(file.Media, "documents");
        json.Optional("context"u8, file.Context);
        if (file.Citations is { } citations)
        {
            json.WriteStartObject("citations"u8);
            json.WriteBoolean("enabled"u8, citations);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public void WriteAudio(AudioPart audio)
    {
        json.WriteStartObject("audio"u8);
        json.WriteString("format"u8, audio.Format is "pcm16" ? "pcm" : audio.Format);
        WriteSource(audio.Media, "audio");
        json.WriteEndObject();
    }

    private void WriteSource(Media media, string kind)
    {
        json.WriteStartObject("source"u8);
        if (media.Base64 is not null)
        {
            json.WriteString("bytes"u8, media.Base64);
        }
        else if (media.Url is { } url && url.StartsWith("s3://", StringComparison.Ordinal))
        {
            json.WriteStartObject("s3Location"u8);
            json.WriteString("uri"u8, url);
            json.WriteEndObject();
        }
        else
        {
            throw new ConversionException($"This model's provider takes {kind} by value only: send the bytes, not an address or an id.", "messages");
        }

        json.WriteEndObject();
    }

    private static string? TypeOf(Media media)
    {
        if (media.MediaType is not null || media.Url is not { } url)
            return media.MediaType;
        return url[(url.LastIndexOf('.') + 1)..] switch
        {
            "png" => "image/png",
            "jpg" or "jpeg" => "image/jpeg",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "pdf" => "application/pdf",
            _ => null,
        };
    }

    private static string DocumentFormat(string? type) => type switch
    {
        "application/pdf" or null => "pdf",
        "text/csv" => "csv",
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "text/html" => "html",
        "text/markdown" => "md",
        "application/json" or "application/xml" => "txt",
        _ when type.StartsWith("text/", StringComparison.Ordinal) => "txt",
        _ => throw new ConversionException($"This model's provider takes no files of type '{type}'.", "messages"),
    };

    /// <summary>A document needs a name of its own, of letters, digits, single spaces, hyphens and brackets; the format says what the extension did.</summary>
    private string NameOf(FilePart file)
    {
        var wanted = Path.GetFileNameWithoutExtension(file.Name) is { Length: > 0 } given ? Cleaned(given) : "document";
        if (file.Name is not null && Path.GetFileNameWithoutExtension(file.Name) != wanted)
            call.Notes.Change("filename");
        var name = wanted;
        for (var i = 2; !_names.Add(name); i++)
            name = $"{wanted[..Math.Min(wanted.Length, LongestName - 8)]}-{i}";
        return name;
    }

    private static string Cleaned(string name)
    {
        var clean = new StringBuilder();
        foreach (var c in name)
        {
            var next = char.IsAsciiLetterOrDigit(c) || "-()[]".Contains(c, StringComparison.Ordinal) ? c : char.IsWhiteSpace(c) ? ' ' : '-';
            if (next != ' ' || clean.Length == 0 || clean[^1] != ' ')
                clean.Append(next);
        }

        return clean.ToString(0, Math.Min(clean.Length, LongestName));
    }
}
