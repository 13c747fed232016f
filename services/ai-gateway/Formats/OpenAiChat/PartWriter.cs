using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Writes a message's <c>content</c>.</summary>
internal static class PartWriter
{
    /// <param name="separator">Stands between texts where the provider takes no more than one.</param>
    public static void WriteContent(Utf8JsonWriter json, List<Part> parts, ConvertedCall call, Dialect dialect, string separator)
    {
        var onlyText = true;
        foreach (var part in parts)
        {
            onlyText &= part is TextPart;
            if (part.Cache is not null)
                call.Notes.Drop("cache_control");
        }

        if (onlyText && (parts.Count <= 1 || !dialect.TextParts))
        {
            json.WriteStringValue(string.Join(separator, parts.Select(static part => ((TextPart)part).Text)));
            return;
        }

        json.WriteStartArray();
        foreach (var part in parts)
            Write(json, part, call);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Part part, ConvertedCall call)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(json, text.Text);
                break;
            case ImagePart image:
                WriteImage(json, image);
                break;
            case AudioPart audio:
                WriteAudio(json, audio);
                break;
            case FilePart file:
                WriteFile(json, file, call);
                break;
            default:
                call.Notes.Drop("messages." + part.GetType().Name);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private static void WriteImage(Utf8JsonWriter json, ImagePart image)
    {
        var url = MediaText.ToUrl(image.Media) ?? throw new ConversionException("An image in another provider's file store cannot be shown to this model: send it by value or by URL.", "messages");
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, url);
        json.Optional("detail"u8, image.Detail);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAudio(Utf8JsonWriter json, AudioPart audio)
    {
        if (audio.Media.Base64 is not { } data)
            throw new ConversionException("The provider of this model takes audio by value only.", "messages");
        json.WriteStartObject();
        json.WriteString("type"u8, "input_audio"u8);
        json.WriteStartObject("input_audio"u8);
        json.WriteString("data"u8, data);
        json.WriteString("format"u8, audio.Format);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, FilePart file, ConvertedCall call)
    {
        if (file.Citations == true)
            call.Notes.Drop("citations");
        if (file.Context is { } context)
        {
            call.Notes.Change("document.context");
            WriteText(json, context);
        }

        if (MediaText.PlainText(file.Media) is { } text)
        {
            // Files here are PDFs and the like; a text is as good as itself.
            call.Notes.Change("document");
            WriteText(json, file.Name is { } title ? $"{title}:\n{text}" : text);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "file"u8);
        json.WriteStartObject("file"u8);
        if (file.Media is { Base64: { } data, MediaType: var type })
        {
            json.WriteString("filename"u8, file.Name ?? "document.pdf");
            json.WriteString("file_data"u8, MediaText.ToDataUrl(type ?? "application/pdf", data));
        }
        else if (file.Media.FileId is { } id && id.StartsWith("file-", StringComparison.Ordinal))
        {
            json.WriteString("file_id"u8, id);
        }
        else
        {
            throw new ConversionException("The provider of this model takes documents by value only.", "messages");
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
