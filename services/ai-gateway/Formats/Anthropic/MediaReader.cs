using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Reads images, documents and search results of a request.</summary>
internal static class MediaReader
{
    public static void ReadImage(JsonElement block, string path, List<Part> parts, ConversionNotes notes)
    {
        if (block.Member("transformations") is not null)
            notes.Drop("image.transformations");
        var source = JsonRead.OptionalObject(block, "source", path + ".source") ?? throw JsonRead.Missing(path + ".source");
        parts.Add(new ImagePart(ReadMedia(source, path + ".source", null)) { Cache = RequestReader.Cache(block, path) });
    }

    public static void ReadDocument(JsonElement block, string path, List<Part> parts, ConversionNotes notes)
    {
        var source = JsonRead.OptionalObject(block, "source", path + ".source") ?? throw JsonRead.Missing(path + ".source");
        var name = JsonRead.OptionalString(block, "title", path + ".title");
        var cache = RequestReader.Cache(block, path);
        Media media;
        switch (JsonRead.RequiredString(source, "type", path + ".source.type"))
        {
            case "text":
                media = PlainText(JsonRead.RequiredString(source, "data", path + ".source.data"));
                break;
            case "content":
                var content = ReadContent(source, path + ".source.content", notes);
                if (!content.TrueForAll(static part => part is TextPart))
                {
                    // Text with pictures in it is no file anywhere else: its pieces are said one by one.
                    notes.Change("document");
                    content[^1] = content[^1] with { Cache = cache };
                    parts.AddRange(content);
                    return;
                }

                media = PlainText(string.Join('\n', content.Cast<TextPart>().Select(static part => part.Text)));
                break;
            default:
                media = ReadMedia(source, path + ".source", "application/pdf");
                break;
        }

        parts.Add(new FilePart(media, name)
        {
            Context = JsonRead.OptionalString(block, "context", path + ".context"),
            Citations = WantsCitations(block, path),
            Cache = cache,
        });
    }

    /// <summary>Its text with where it comes from; that it may be cited is lost.</summary>
    public static void ReadSearchResult(JsonElement block, string path, List<Part> parts, ConversionNotes notes)
    {
        var title = JsonRead.OptionalString(block, "title", path + ".title");
        var source = JsonRead.OptionalString(block, "source", path + ".source");
        var text = new StringBuilder().AppendJoin('\n', ((string?[])[title, source]).Where(static line => !string.IsNullOrEmpty(line)));
        foreach (var part in ReadContent(block, path + ".content", notes).OfType<TextPart>())
            text.Append('\n').Append(part.Text);
        notes.Change("search_result");
        parts.Add(new TextPart(text.ToString()) { Cache = RequestReader.Cache(block, path) });
    }

    private static List<Part> ReadContent(JsonElement owner, string path, ConversionNotes notes)
    {
        var content = owner.Member("content") ?? throw JsonRead.Missing(path);
        if (content.ValueKind == JsonValueKind.String)
            return [new TextPart(JsonRead.Text(content, path))];
        if (content.ValueKind != JsonValueKind.Array || content.GetArrayLength() == 0)
            throw JsonRead.WrongType(path, "a string or an array with content");
        var parts = new List<Part>();
        foreach (var (index, item) in content.EnumerateArray().Index())
        {
            var itemPath = $"{path}.{index}";
            switch (JsonRead.RequiredString(JsonRead.Object(item, itemPath), "type", itemPath + ".type"))
            {
                case "text":
                    parts.Add(new TextPart(JsonRead.RequiredString(item, "text", itemPath + ".text")));
                    break;
                case "image":
                    ReadImage(item, itemPath, parts, notes);
                    break;
                default:
                    throw JsonRead.Invalid(itemPath + ".type", "expected 'text' or 'image'.");
            }
        }

        return parts;
    }

    private static Media ReadMedia(JsonElement source, string path, string? usualType)
    {
        switch (JsonRead.RequiredString(source, "type", path + ".type"))
        {
            case "base64":
                return new Media(JsonRead.RequiredString(source, "media_type", path + ".media_type"), JsonRead.RequiredString(source, "data", path + ".data"));
            case "url":
                return new Media(usualType, null, Url: JsonRead.RequiredString(source, "url", path + ".url"));
            case "file":
                return new Media(usualType, null, FileId: JsonRead.RequiredString(source, "file_id", path + ".file_id"));
            default:
                throw JsonRead.Invalid(path + ".type", "this kind of source is not known here.");
        }
    }

    private static bool? WantsCitations(JsonElement block, string path) =>
        JsonRead.OptionalObject(block, "citations", path + ".citations") is { } citations ? JsonRead.OptionalBoolean(citations, "enabled", path + ".citations.enabled") : null;

    private static Media PlainText(string text) => new("text/plain", Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
}
