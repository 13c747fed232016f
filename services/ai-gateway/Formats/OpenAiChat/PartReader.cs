using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>Reads a message's <c>content</c>: a string, or an array of parts.</summary>
internal static class PartReader
{
    public static List<Part> Read(JsonElement content, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
            return [new TextPart(JsonRead.Text(content, path))];
        if (content.ValueKind != JsonValueKind.Array)
            throw JsonRead.WrongType(path, "a string or an array of parts");
        var parts = new List<Part>();
        var position = 0;
        foreach (var item in content.EnumerateArray())
        {
            var at = $"{path}[{position++}]";
            var part = JsonRead.Object(item, at);
            parts.Add(ReadPart(part, at) with { Cache = CacheOf(part, at) });
        }

        return parts;
    }

    /// <summary>OpenAI's <c>prompt_cache_breakpoint</c>, or Anthropic's <c>cache_control</c>.</summary>
    public static CachePoint? CacheOf(JsonElement part, string path)
    {
        if (part.Member("cache_control") is { } control)
            return new CachePoint(JsonRead.OptionalString(control, "ttl", path + ".cache_control.ttl"));
        return part.Member("prompt_cache_breakpoint") is null ? null : new CachePoint(null);
    }

    private static Part ReadPart(JsonElement part, string path) => JsonRead.RequiredString(part, "type", path + ".type") switch
    {
        "text" => new TextPart(JsonRead.RequiredString(part, "text", path + ".text")),
        "refusal" => new RefusalPart(JsonRead.RequiredString(part, "refusal", path + ".refusal")),
        "image_url" => Image(part, path + ".image_url"),
        "input_audio" => Audio(JsonRead.OptionalObject(part, "input_audio", path + ".input_audio") ?? throw JsonRead.Missing(path + ".input_audio"), path + ".input_audio"),
        "file" => File(JsonRead.OptionalObject(part, "file", path + ".file") ?? throw JsonRead.Missing(path + ".file"), path + ".file"),
        var other => throw JsonRead.Invalid(path + ".type", $"'{other}' is none of 'text', 'image_url', 'input_audio', 'file', 'refusal'."),
    };

    private static ImagePart Image(JsonElement part, string path)
    {
        var image = part.Member("image_url") ?? throw JsonRead.Missing(path);

        // Some clients write the address itself where OpenAI has an object.
        if (image.ValueKind == JsonValueKind.String)
            return new ImagePart(MediaText.FromUrl(JsonRead.Text(image, path), path));
        JsonRead.Object(image, path);
        return new ImagePart(MediaText.FromUrl(JsonRead.RequiredString(image, "url", path + ".url"), path + ".url"), JsonRead.OptionalString(image, "detail", path + ".detail"));
    }

    private static AudioPart Audio(JsonElement audio, string path)
    {
        var format = JsonRead.RequiredString(audio, "format", path + ".format");
        return new AudioPart(new Media("audio/" + format, JsonRead.RequiredString(audio, "data", path + ".data")), format);
    }

    private static FilePart File(JsonElement file, string path)
    {
        var name = JsonRead.OptionalString(file, "filename", path + ".filename");
        if (JsonRead.OptionalString(file, "file_data", path + ".file_data") is { } data)
            return new FilePart(MediaText.IsDataUrl(data) ? MediaText.FromUrl(data, path + ".file_data") : new Media(MediaText.TypeOf(name), data), name);
        return JsonRead.OptionalString(file, "file_id", path + ".file_id") is { } id ? new FilePart(new Media(null, null, FileId: id), name) : throw JsonRead.Missing(path + ".file_data");
    }
}
