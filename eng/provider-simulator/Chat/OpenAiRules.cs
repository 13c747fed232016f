using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>Rules that OpenAI's two APIs share.</summary>
internal static partial class OpenAiRules
{
    public static void RequireName(string name, string path)
    {
        if (!NamePattern().IsMatch(name))
            throw Refused.Invalid($"Invalid '{path}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.", path);
    }

    public static void RequireSchema(string function, JsonElement schema, string path)
    {
        if (schema.ValueKind == JsonValueKind.Undefined)
            return;
        if (schema.ValueKind != JsonValueKind.Object)
            throw Refused.Invalid($"Invalid type for '{path}': expected an object.", path);
        if (schema.Has("type") && !schema.Member("type").Is("object"))
            throw new Refused(400, $"Invalid schema for function '{function}': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{schema.Member("type")}\"'.", "invalid_function_parameters", path);
    }

    public static void RequireTool(Prompt prompt, string name)
    {
        if (!prompt.Tools.Exists(tool => tool.Name == name))
            throw Refused.Invalid($"Tool choice 'function' '{name}' not found in 'tools' parameter.", "tool_choice");
    }

    /// <summary>An image as a data URL or a link.</summary>
    public static Media ReadImage(string? url, string path)
    {
        if (url is null)
            throw Refused.Invalid($"Missing required parameter: '{path}'.", path);
        if (url.StartsWith("http://", StringComparison.Ordinal) || url.StartsWith("https://", StringComparison.Ordinal))
            return Media.FromUrl(url);
        var media = Media.FromDataUrl(url)
            ?? throw new Refused(400, "Invalid image URL: expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU=').", "invalid_image_url", path);
        if (media.Type is not ("image/png" or "image/jpeg" or "image/gif" or "image/webp"))
            throw new Refused(400, $"You uploaded an unsupported image. Please make sure your image has one of the following formats: ['png', 'jpeg', 'gif', 'webp'], not {media.Type}.", "invalid_image_format", path);
        return media;
    }

    public static Media ReadFile(JsonElement file, string path)
    {
        if (file.Text("file_id") is { } id)
            return Media.FromFile(id);
        if (file.Text("file_url") is { } url)
            return Media.FromUrl(url);
        var data = file.Text("file_data") ?? throw Refused.Invalid($"Missing required parameter: '{path}.file_id'.", path);
        var media = Media.FromDataUrl(data) ?? throw Refused.Invalid($"Invalid '{path}.file_data'. Expected a base64-encoded data URL with a MIME type.", path + ".file_data");
        return media with { FileName = file.Text("filename") };
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,128}$", RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();
}
