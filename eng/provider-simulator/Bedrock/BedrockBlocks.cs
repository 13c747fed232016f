using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>Content blocks: unions with exactly one member set.</summary>
internal static partial class BedrockBlocks
{
    public const string Reasoning = "bedrock/reasoning";
    public const string Redacted = "bedrock/redacted";

    private static readonly FrozenSet<string> s_documents = FrozenSet.Create("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md");
    private static readonly FrozenSet<string> s_toolUse = FrozenSet.Create("toolUseId", "name", "input", "type");
    private static readonly FrozenSet<string> s_toolResult = FrozenSet.Create("toolUseId", "content", "status", "type");

    /// <summary>Null for a cache point, which belongs to the part before it.</summary>
    public static Part? Read(JsonElement block, string path)
    {
        if (block.ValueKind != JsonValueKind.Object || block.EnumerateObject().Count() != 1)
            throw Refused.Invalid($"The format of the value at {path} is invalid. Provide exactly one member of the content block union.");
        var (name, value) = (block.EnumerateObject().First().Name, block.EnumerateObject().First().Value);
        return name switch
        {
            "text" => string.IsNullOrWhiteSpace(value.ValueKind == JsonValueKind.String ? value.GetString() : null)
                ? throw Refused.Invalid($"The text field in the ContentBlock object at {path} is blank. Add text to the text field, and try again.")
                : Part.Of(value.GetString()!),
            "json" => Part.Of(value.GetRawText()),
            "image" => ReadImage(value, path),
            "document" => ReadDocument(value, path),
            "toolUse" => ReadToolUse(value, path),
            "toolResult" => ReadToolResult(value, path),
            "reasoningContent" => ReadReasoning(value, path),
            "cachePoint" => value.Text("type") == "default" ? null : throw Refused.Invalid($"1 validation error detected: Value at '{path}.cachePoint.type' failed to satisfy constraint: [default]"),
            "video" or "audio" or "guardContent" or "citationsContent" or "searchResult" => new Part(PartKind.Other) { Name = name },
            _ => throw Refused.Invalid($"Malformed input request: #/{path}: extraneous key [{name}] is not permitted, please reformat your input and try again."),
        };
    }

    public static void MarkCache(JsonElement block, List<Part> parts)
    {
        if (parts.Count == 0)
            throw Refused.Invalid("A cachePoint must follow the content that it caches.");
        parts[^1].Cache = block.Member("cachePoint").Text("ttl") ?? "5m";
    }

    private static Part ReadImage(JsonElement image, string path)
    {
        if (image.Text("format") is not ("png" or "jpeg" or "gif" or "webp") || image.Text("format") is not { } format)
            throw Refused.Invalid($"1 validation error detected: Value at '{path}.image.format' failed to satisfy constraint: Member must satisfy enum value set: [gif, jpeg, png, webp]");
        return new Part(PartKind.Image) { Media = ReadSource(image.Member("source"), "image/" + format, path + ".image.source") };
    }

    private static Part ReadDocument(JsonElement document, string path)
    {
        var format = document.Text("format") ?? "txt";
        if (!s_documents.Contains(format))
            throw Refused.Invalid($"1 validation error detected: Value at '{path}.document.format' failed to satisfy constraint: Member must satisfy enum value set: [{string.Join(", ", s_documents.Order())}]");
        var name = document.Text("name") ?? throw Refused.Invalid($"1 validation error detected: Value null at '{path}.document.name' failed to satisfy constraint: Member must not be null");
        if (!NamePattern().IsMatch(name) || name.Contains("  ", StringComparison.Ordinal))
        {
            throw Refused.Invalid("The model returned the following errors: The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. "
                + "The name can't contain more than one consecutive whitespace character.");
        }

        return new Part(PartKind.File) { Media = ReadSource(document.Member("source"), MediaType(format), path + ".document.source") with { FileName = name } };
    }

    private static string MediaType(string format) => format switch
    {
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "html" or "csv" => "text/" + format,
        _ => "application/" + format,
    };

    private static Media ReadSource(JsonElement source, string type, string path)
    {
        if (source.Text("bytes") is { } bytes)
            return Media.FromBase64(bytes, type) ?? throw Refused.Invalid($"The value at {path}.bytes is not base64.");
        if (source.Text("text") is { } text)
            return Media.FromText(text, type);
        return source.Member("s3Location").Text("uri") is { } uri ? Media.FromUrl(uri, type) : throw Refused.Invalid($"The format of the value at {path} is invalid. Provide exactly one member of the source union.");
    }

    private static Part ReadToolUse(JsonElement use, string path)
    {
        BedrockRequest.RequireKnown(use, s_toolUse, $"/{path}/toolUse");
        var id = RequireId(use, path + ".toolUse.toolUseId");
        if (use.Member("input").ValueKind != JsonValueKind.Object)
            throw Refused.Invalid($"The format of the value at {path}.toolUse.input is invalid. Provide a json object for the field and try again.");
        var name = use.Text("name") ?? throw Refused.Invalid($"1 validation error detected: Value null at '{path}.toolUse.name' failed to satisfy constraint: Member must not be null");
        return new Part(PartKind.ToolCall) { Id = id, Name = name, Arguments = use.Member("input").GetRawText() };
    }

    private static Part ReadToolResult(JsonElement result, string path)
    {
        BedrockRequest.RequireKnown(result, s_toolResult, $"/{path}/toolResult");
        var id = RequireId(result, path + ".toolResult.toolUseId");
        if (result.Member("content").ValueKind != JsonValueKind.Array)
            throw Refused.Invalid($"1 validation error detected: Value null at '{path}.toolResult.content' failed to satisfy constraint: Member must not be null");
        if (result.Text("status") is not (null or "success" or "error"))
            throw Refused.Invalid($"1 validation error detected: Value at '{path}.toolResult.status' failed to satisfy constraint: Member must satisfy enum value set: [success, error]");
        var parts = new List<Part>();
        foreach (var block in result.Member("content").Items())
        {
            var part = Read(block, $"{path}.toolResult.content.{parts.Count}");
            parts.Add(part is { Kind: PartKind.Text or PartKind.Image or PartKind.File or PartKind.Other } ? part : throw Refused.Invalid($"A tool result at {path} cannot hold that block."));
        }

        return new Part(PartKind.ToolResult) { Id = id, Parts = parts, IsError = result.Text("status") == "error" };
    }

    private static string RequireId(JsonElement block, string path)
    {
        var id = block.Text("toolUseId") ?? throw Refused.Invalid($"1 validation error detected: Value null at '{path}' failed to satisfy constraint: Member must not be null");
        return IdPattern().IsMatch(id) ? id : throw Refused.Invalid($"1 validation error detected: Value '{id}' at '{path}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
    }

    private static Part ReadReasoning(JsonElement reasoning, string path)
    {
        if (reasoning.Text("redactedContent") is { } redacted)
            return Seal.Open(Redacted, redacted) is null ? throw Invalid(path, "redacted_thinking") : new Part(PartKind.Thinking) { Signature = redacted };
        var block = reasoning.Member("reasoningText");
        var text = block.Text("text") ?? throw Refused.Invalid($"1 validation error detected: Value null at '{path}.reasoningContent.reasoningText.text' failed to satisfy constraint: Member must not be null");
        if (!Seal.IsSignatureOf(block.Text("signature"), Reasoning, text))
            throw Invalid(path, "thinking");
        return new Part(PartKind.Thinking) { Text = text, Signature = block.Text("signature") };
    }

    private static Refused Invalid(string path, string block) => Refused.Invalid($"The model returned the following errors: {path}: Invalid `signature` in `{block}` block");

    [GeneratedRegex(@"^[a-zA-Z0-9\s\-()\[\]]{1,200}$", RegexOptions.NonBacktracking)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$", RegexOptions.NonBacktracking)]
    private static partial Regex IdPattern();
}
