using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Reads a Converse request, with Claude's own fields.</summary>
internal sealed class ConverseWire(Told told)
{
    private static readonly (string Field, string Name)[] s_settings = [("maxTokens", "max_tokens"), ("temperature", "temperature"), ("topP", "top_p"), ("stopSequences", "stop")];

    public void Read(JsonElement body)
    {
        using var root = told.Open(body, "");
        root.Ignore("additionalModelResponseFieldPaths");
        ReadBlocks(root.Items("system"), Side.System, told.Words);
        foreach (var given in root.Items("messages"))
        {
            using var message = told.Open(given, "messages");
            ReadBlocks(message.Items("content"), message.Text("role") switch { "assistant" => Side.Assistant, "user" => Side.User, var role => throw new InvalidDataException($"a message of the role {role}") }, told.Words);
        }

        if (root.Take("toolConfig") is { } tools) ReadTools(tools);
        if (root.Take("inferenceConfig") is { } inference)
        {
            using var config = told.Open(inference, "inferenceConfig");
            foreach (var (field, name) in s_settings) told.Set(name, config.Take(field));
        }

        if (root.Take("additionalModelRequestFields") is { } fields) ReadModelFields(fields);
        foreach (var member in root.Take("requestMetadata") is { } metadata ? metadata.EnumerateObject().ToArray() : []) told.Set(member.Name == "user" ? "user" : "metadata." + member.Name, member.Value);
        if (root.Take("serviceTier") is { } tier) told.Set("service_tier", Json.TextOf(tier, "type"));
        if (root.Take("outputConfig") is { } output) ReadFormat(output);
    }

    private void ReadModelFields(JsonElement given)
    {
        using var fields = told.Open(given, "additionalModelRequestFields");
        told.Set("top_k", fields.Take("top_k"));
        fields.Ignore("anthropic_beta");
        if (fields.Take("thinking") is { } thinking) MessagesWire.ReadThinking(thinking, told);
        if (fields.Take("tool_choice") is { } choice) MessagesWire.ReadChoice(choice, told);
        told.Set("thinking.effort", fields.Text("reasoning_effort") ?? (fields.Take("reasoningConfig") is { } nova ? Json.TextOf(nova, "maxReasoningEffort") : null));
        if (fields.Take("inferenceConfig") is { } inference && inference.TryGetProperty("topK", out var topK)) told.Set("top_k", topK);
        if (fields.Take("output_config") is not { } inner) return;
        using var output = told.Open(inner, "output_config");
        told.Set("thinking.effort", output.Text("effort"));
    }

    private void ReadFormat(JsonElement given)
    {
        using var output = told.Open(given, "outputConfig");
        using var format = told.Open(output.Take("textFormat")!.Value, "outputConfig.textFormat");
        told.Set("format", format.Text("type"));
        using var structure = told.Open(format.Take("structure")!.Value, "outputConfig.textFormat.structure");
        using var schema = told.Open(structure.Take("jsonSchema")!.Value, "outputConfig.textFormat.structure.jsonSchema");
        told.Set("format.schema", Json.Canonical(schema.Text("schema")!));
        told.Set("format.name", schema.Text("name"));
        told.Set("format.description", schema.Text("description"));
    }

    private void ReadTools(JsonElement given)
    {
        using var config = told.Open(given, "toolConfig");
        foreach (var item in config.Items("tools"))
        {
            using var one = told.Open(item, "toolConfig.tools");
            if (one.Take("cachePoint") is { } point)
            {
                told.Tools[^1].Cache = told.Tools[^1].Cache is null ? Json.TextOf(point, "ttl") ?? "5m" : "twice";
                continue;
            }

            using var tool = told.Open(one.Take("toolSpec")!.Value, "toolConfig.tools.toolSpec");
            using var schema = told.Open(tool.Take("inputSchema")!.Value, "toolConfig.tools.toolSpec.inputSchema");
            told.Tools.Add(new ToldTool(tool.Text("name")!, tool.Text("description"), Json.Canonical(schema.Take("json")!.Value)) { Strict = tool.Flag("strict") == true });
        }

        if (config.Take("toolChoice") is not { } inner) return;
        using var choice = told.Open(inner, "toolConfig.toolChoice");
        told.Set("tool_choice", choice.Take("auto") is not null ? "auto" : choice.Take("any") is not null ? "required" : choice.Take("tool") is { } named ? "the tool " + Json.TextOf(named, "name") : "?");
    }

    private void ReadBlocks(IEnumerable<JsonElement> blocks, Side side, List<Said> into)
    {
        foreach (var given in blocks)
        {
            using var block = told.Open(given, "messages.content");
            if (block.Take("cachePoint") is { } point) into[^1].Cache = into[^1].Cache is null ? Json.TextOf(point, "ttl") ?? "5m" : "twice";
            else if (ReadBlock(block, side) is { Value.Length: > 0 } said) into.Add(said);
        }
    }

    private Said? ReadBlock(Members block, Side side)
    {
        if (block.Text("text") is { } text) return new Said(side, "text", text);
        foreach (var (kind, type) in (ReadOnlySpan<(string, string)>)[("image", "image/"), ("document", ""), ("audio", "audio/")])
        {
            if (block.Take(kind) is { } media) return ReadMedia(media, kind, type, side);
        }

        if (block.Take("reasoningContent") is { } reasoning) return ReadThought(reasoning, side);
        if (block.Take("toolUse") is { } use)
        {
            using var call = told.Open(use, "messages.content.toolUse");
            return told.Call(call.Text("toolUseId"), call.Text("name")!, call.Take("input")!.Value.GetRawText(), null);
        }

        if (block.Take("toolResult") is not { } given) return null;
        using var answered = told.Open(given, "messages.content.toolResult");
        var result = new Said(side, "result", told.Answered(answered.Text("toolUseId")));
        ReadBlocks(answered.Items("content"), side, result.Inner);
        if (answered.Text("status") == "error") result.Marks["is_error"] = "true";
        return result;
    }

    private Said? ReadThought(JsonElement given, Side side)
    {
        using var reasoning = told.Open(given, "messages.content.reasoningContent");
        if (reasoning.Text("redactedContent") is { } hidden) return new Said(side, "hidden", hidden);
        if (reasoning.Take("reasoningText") is not { } inner) return null;
        using var thought = told.Open(inner, "messages.content.reasoningContent.reasoningText");
        var seal = thought.Text("signature");
        if (seal is not null) told.Seals.Add(seal);
        return new Said(side, "thought", thought.Text("text")!) { Seal = seal };
    }

    private Said ReadMedia(JsonElement given, string kind, string type, Side side)
    {
        using var media = told.Open(given, "messages.content." + kind);
        using var source = told.Open(media.Take("source")!.Value, "messages.content.source");
        var format = media.Text("format") switch { "pdf" => "application/pdf", "txt" => "text/plain", "md" => "text/markdown", "csv" or "html" => "text/" + media.Text("format"), var other => type + other };
        var said = new Said(side, kind == "document" ? "file" : kind,
            source.Text("bytes") is { } bytes ? Media.OfBytes(format, bytes) : source.Take("s3Location") is { } place ? Json.TextOf(place, "uri")! : "nowhere");
        if (media.Text("name") is { } name) said.Marks["filename"] = name;
        if (media.Text("context") is { } context) said.Marks["context"] = context;
        if (media.Take("citations") is { } citations) said.Marks["citations"] = Json.Canonical(citations);
        return said;
    }
}
