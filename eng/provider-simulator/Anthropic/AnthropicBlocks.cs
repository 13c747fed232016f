using System.Collections.Frozen;
using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>Content blocks, each with exactly the fields it may have.</summary>
internal static class AnthropicBlocks
{
    /// <summary>The purpose under which thinking is sealed.</summary>
    public const string Thinking = "anthropic/thinking";

    public const string Redacted = "anthropic/redacted";

    private static readonly FrozenDictionary<string, FrozenSet<string>> s_fields = new Dictionary<string, string[]>
    {
        ["text"] = ["text", "citations"],
        ["image"] = ["source", "transformations"],
        ["document"] = ["source", "citations", "context", "title"],
        ["tool_use"] = ["id", "name", "input", "caller", "toolset_name"],
        ["tool_result"] = ["tool_use_id", "content", "is_error", "toolset_name"],
        ["thinking"] = ["thinking", "signature"],
        ["redacted_thinking"] = ["data"],
    }.ToFrozenDictionary(static pair => pair.Key, static pair => FrozenSet.Create([.. pair.Value, "type", "cache_control"]));

    public static Part Read(JsonElement block, string path)
    {
        var type = block.Text("type") ?? throw AnthropicRequest.Missing(path + ".type");
        if (!s_fields.TryGetValue(type, out var known))
            return IsServerBlock(type) ? new Part(PartKind.Other) { Name = type } : throw Refused.Invalid($"{path}: Input tag '{type}' found using 'type' does not match any of the expected tags");
        if (block.Unknown(known) is { } extra)
            throw AnthropicRequest.Extra($"{path}.{type}.{extra}");
        var part = type switch
        {
            "text" => ReadText(block, path),
            "image" => new Part(PartKind.Image) { Media = ReadImage(block.Member("source"), path + ".image.source") },
            "document" => new Part(PartKind.File) { Media = ReadDocument(block, path + ".document.source") },
            "tool_use" => ReadToolUse(block, path),
            "tool_result" => ReadToolResult(block, path),
            "thinking" => ReadThinking(block, path),
            _ => ReadRedacted(block, path),
        };
        part.Cache = ReadCache(block, path);
        return part;
    }

    public static string? ReadCache(JsonElement holder, string path)
    {
        var cache = holder.Member("cache_control");
        if (cache.ValueKind == JsonValueKind.Undefined)
            return null;
        if (!cache.Member("type").Is("ephemeral"))
            throw Refused.Invalid(path + ".cache_control.type: Input should be 'ephemeral'");
        return (cache.Text("ttl") ?? "5m") is var ttl && ttl is "5m" or "1h" ? ttl : throw Refused.Invalid(path + ".cache_control.ttl: Input should be '5m' or '1h'");
    }

    private static bool IsServerBlock(string type) =>
        type is "server_tool_use" or "search_result" or "container_upload" or "mcp_tool_use" or "mcp_tool_listing" or "compaction" or "fallback" or "tool_addition" or "tool_removal"
        || type.EndsWith("_tool_result", StringComparison.Ordinal);

    private static Part ReadText(JsonElement block, string path)
    {
        var text = block.Text("text") ?? throw AnthropicRequest.Missing(path + ".text.text");
        return text.Length > 0 ? Part.Of(text) : throw Refused.Invalid("messages: text content blocks must be non-empty");
    }

    private static Media ReadImage(JsonElement source, string path)
    {
        switch (source.Text("type"))
        {
            case "url":
                return Media.FromUrl(source.Text("url") ?? throw AnthropicRequest.Missing(path + ".url.url"));
            case "file":
                return Media.FromFile(source.Text("file_id") ?? throw AnthropicRequest.Missing(path + ".file.file_id"));
            case "base64":
                var type = source.Text("media_type");
                if (type is not ("image/jpeg" or "image/png" or "image/gif" or "image/webp"))
                    throw Refused.Invalid(path + ".base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'");
                return Media.FromBase64(source.Text("data") ?? throw AnthropicRequest.Missing(path + ".base64.data"), type) ?? throw Refused.Invalid(path + ".base64: invalid base64 data");
            default:
                throw AnthropicRequest.Missing(path);
        }
    }

    private static Media ReadDocument(JsonElement block, string path)
    {
        var source = block.Member("source");
        var data = source.Text("data");
        var media = source.Text("type") switch
        {
            "url" => Media.FromUrl(source.Text("url") ?? throw AnthropicRequest.Missing(path + ".url.url"), "application/pdf"),
            "file" => Media.FromFile(source.Text("file_id") ?? throw AnthropicRequest.Missing(path + ".file.file_id")),
            "text" when source.Text("media_type") != "text/plain" => throw Refused.Invalid(path + ".text.media_type: Input should be 'text/plain'"),
            "text" => Media.FromText(data ?? throw AnthropicRequest.Missing(path + ".text.data"), "text/plain"),
            "base64" when source.Text("media_type") != "application/pdf" => throw Refused.Invalid(path + ".base64.media_type: Input should be 'application/pdf'"),
            "base64" => Media.FromBase64(data ?? throw AnthropicRequest.Missing(path + ".base64.data"), "application/pdf") ?? throw Refused.Invalid(path + ".base64: invalid base64 data"),
            "content" => new Media("content", 0, null, null, null),
            _ => throw AnthropicRequest.Missing(path),
        };
        return media with { FileName = block.Text("title") };
    }

    private static Part ReadToolUse(JsonElement block, string path)
    {
        var id = block.Text("id") ?? throw AnthropicRequest.Missing(path + ".tool_use.id");
        if (!id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            throw Refused.Invalid(path + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
        if (block.Member("input").ValueKind != JsonValueKind.Object)
            throw Refused.Invalid(path + ".tool_use.input: Input should be a valid dictionary");
        return new Part(PartKind.ToolCall)
        {
            Id = id,
            Name = block.Text("name") ?? throw AnthropicRequest.Missing(path + ".tool_use.name"),
            Arguments = block.Member("input").GetRawText(),
        };
    }

    private static Part ReadToolResult(JsonElement block, string path)
    {
        var content = block.Member("content");
        var parts = new List<Part>();
        if (content.ValueKind == JsonValueKind.String)
            parts.Add(Part.Of(content.GetString()!));
        foreach (var inner in content.Items())
        {
            var at = $"{path}.tool_result.content.{parts.Count}";
            if (inner.Text("type") is not ("text" or "image" or "document" or "search_result" or "tool_reference" or "browser_state"))
                throw Refused.Invalid($"{at}: Input tag '{inner.Text("type")}' found using 'type' does not match any of the expected tags: 'document', 'image', 'search_result', 'text'");
            parts.Add(Read(inner, at));
        }

        return new Part(PartKind.ToolResult)
        {
            Id = block.Text("tool_use_id") ?? throw AnthropicRequest.Missing(path + ".tool_result.tool_use_id"),
            Parts = parts,
            IsError = block.Flag("is_error") == true,
        };
    }

    private static Part ReadThinking(JsonElement block, string path)
    {
        var text = block.Text("thinking") ?? throw AnthropicRequest.Missing(path + ".thinking.thinking");
        var signature = block.Text("signature") ?? throw AnthropicRequest.Missing(path + ".thinking.signature");
        if (!Seal.IsSignatureOf(signature, Thinking, text))
            throw Refused.Invalid(path + ": Invalid `signature` in `thinking` block");
        return new Part(PartKind.Thinking) { Text = text, Signature = signature };
    }

    private static Part ReadRedacted(JsonElement block, string path)
    {
        var data = block.Text("data") ?? throw AnthropicRequest.Missing(path + ".redacted_thinking.data");
        if (Seal.Open(Redacted, data) is null)
            throw Refused.Invalid(path + ": Invalid `data` in `redacted_thinking` block");
        return new Part(PartKind.Thinking) { Signature = data };
    }
}
