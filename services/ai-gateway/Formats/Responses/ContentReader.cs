using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>Reads the content of messages and of tool results: a string, or a list of parts.</summary>
internal static class ContentReader
{
    public static List<Part> Read(JsonElement content, string path, ConversionNotes notes)
    {
        if (content.ValueKind == JsonValueKind.String)
            return [new TextPart(JsonRead.Text(content, path))];
        if (content.ValueKind != JsonValueKind.Array)
            throw JsonRead.WrongType(path, "a string or an array of content parts");
        var parts = new List<Part>();
        var index = 0;
        foreach (var part in content.EnumerateArray())
        {
            var at = $"{path}[{index++}]";
            var read = ReadPart(part, at, notes);
            parts.Add(part.Member("prompt_cache_breakpoint") is null ? read : read with { Cache = new CachePoint(null) });
        }

        return parts;
    }

    private static Part ReadPart(JsonElement part, string path, ConversionNotes notes)
    {
        switch (JsonRead.RequiredString(JsonRead.Object(part, path), "type", path + ".type"))
        {
            case "input_text" or "text" or "summary_text" or "reasoning_text":
                return new TextPart(JsonRead.RequiredString(part, "text", path + ".text"));
            case "output_text":
                return new TextPart(JsonRead.RequiredString(part, "text", path + ".text")) { Citations = ReadAnnotations(part, path) };
            case "refusal":
                return new RefusalPart(JsonRead.RequiredString(part, "refusal", path + ".refusal"));
            case "input_image":
                return ReadImage(part, path);
            case "input_file":
                return ReadFile(part, path, notes);
            case "input_audio":
                var audio = JsonRead.OptionalObject(part, "input_audio", path + ".input_audio") ?? throw JsonRead.Missing(path + ".input_audio");
                var format = JsonRead.RequiredString(audio, "format", path + ".input_audio.format");
                return new AudioPart(new Media("audio/" + format, JsonRead.RequiredString(audio, "data", path + ".input_audio.data")), format);
            case var other:
                throw JsonRead.Invalid(path + ".type", $"'{other}' is no content that this model could read.");
        }
    }

    private static ImagePart ReadImage(JsonElement part, string path)
    {
        var detail = JsonRead.OptionalString(part, "detail", path + ".detail");
        if (JsonRead.OptionalString(part, "image_url", path + ".image_url") is { } url)
            return new ImagePart(OfUrl(url, path + ".image_url"), detail);
        return JsonRead.OptionalString(part, "file_id", path + ".file_id") is { } file
            ? new ImagePart(new Media(null, null, FileId: file), detail)
            : throw JsonRead.Missing(path + ".image_url");
    }

    private static FilePart ReadFile(JsonElement part, string path, ConversionNotes notes)
    {
        if (part.Member("detail") is not null)
            notes.Drop("input_file.detail");
        var name = JsonRead.OptionalString(part, "filename", path + ".filename");
        if (JsonRead.OptionalString(part, "file_data", path + ".file_data") is { } data)
        {
            // With or without "data:…;base64," in front: both are taken.
            var media = data.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? OfUrl(data, path + ".file_data") : new Media(TypeOf(name), data);
            return new FilePart(media, name);
        }

        if (JsonRead.OptionalString(part, "file_url", path + ".file_url") is { } url)
            return new FilePart(OfUrl(url, path + ".file_url"), name);
        return JsonRead.OptionalString(part, "file_id", path + ".file_id") is { } file
            ? new FilePart(new Media(null, null, FileId: file), name)
            : throw JsonRead.Missing(path + ".file_data");
    }

    private static Media OfUrl(string url, string path)
    {
        if (!url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return new Media(null, null, Url: url);
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw JsonRead.Invalid(path, "expected a base64-encoded data URL, such as 'data:image/png;base64,…'.");
        var type = url["data:".Length..(comma - ";base64".Length)];
        var parameters = type.IndexOf(';', StringComparison.Ordinal);
        return new Media(parameters < 0 ? type : type[..parameters], url[(comma + 1)..]);
    }

    private static string? TypeOf(string? name) => Path.GetExtension(name)?.ToUpperInvariant() switch
    {
        ".PDF" => "application/pdf",
        ".TXT" => "text/plain",
        ".MD" => "text/markdown",
        ".CSV" => "text/csv",
        ".HTML" => "text/html",
        ".JSON" => "application/json",
        _ => null,
    };

    private static List<Citation> ReadAnnotations(JsonElement part, string path)
    {
        var citations = new List<Citation>();
        foreach (var annotation in part.ItemsOrNone("annotations"))
        {
            if (annotation.ValueKind == JsonValueKind.Object)
                citations.Add(Cited(annotation, path + ".annotations"));
        }

        return citations;
    }

    private static Citation Cited(JsonElement annotation, string path) => new(
        JsonRead.OptionalString(annotation, "url", path),
        JsonRead.OptionalString(annotation, "title", path) ?? JsonRead.OptionalString(annotation, "filename", path),
        null,
        (int?)JsonRead.OptionalInteger(annotation, "start_index", path, 0, int.MaxValue),
        (int?)JsonRead.OptionalInteger(annotation, "end_index", path, 0, int.MaxValue),
        null);
}
