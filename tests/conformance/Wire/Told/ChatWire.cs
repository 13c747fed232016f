using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Reads a chat completion request.</summary>
internal sealed class ChatWire(Told told)
{
    public void Read(JsonElement body)
    {
        using var root = told.Open(body, "");
        root.Ignore("stream", "stream_options");
        told.Model = root.Text("model") ?? "";
        if (root.Flag("store") == true) told.Unknown.Add("store");
        foreach (var message in root.Items("messages")) ReadMessage(message);
        foreach (var tool in root.Items("tools")) ReadTool(tool);
        if (root.Take("tool_choice") is { } choice) told.Set("tool_choice", ChoiceOf(choice));
        told.Set("max_tokens", root.Take("max_completion_tokens") ?? root.Take("max_tokens"));
        root.Ignore("max_tokens");
        foreach (var name in (string[])["parallel_tool_calls", "temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "seed", "n", "logprobs", "top_logprobs",
            "logit_bias", "verbosity", "prompt_cache_key", "service_tier"]) told.Set(name, root.Take(name));
        told.Set("user", root.Take("safety_identifier") ?? root.Take("user"));
        root.Ignore("user");
        if (root.Take("stop") is { } stop) told.Set("stop", stop.ValueKind == JsonValueKind.String ? $"[\"{stop.GetString()}\",]" : Json.Canonical(stop));
        foreach (var (name, value) in root.Take("metadata") is { } metadata ? metadata.EnumerateObject().Select(static m => (m.Name, m.Value)) : []) told.Set("metadata." + name, value);
        ReadThinking(root);
        ReadFormat(root);
    }

    private void ReadThinking(Members root)
    {
        if (root.Take("reasoning_effort") is { } effort) told.Set("thinking.effort", effort);
        if (root.Take("thinking") is not { } given) return;
        using var thinking = told.Open(given, "thinking");
        told.Set("thinking.mode", thinking.Text("type"));
        told.Set("thinking.budget", thinking.Take("budget_tokens"));
    }

    private void ReadFormat(Members root)
    {
        if (root.Take("response_format") is not { } given) return;
        using var format = told.Open(given, "response_format");
        var type = format.Text("type");
        told.Set("format", type == "text" ? null : type);
        if (format.Take("json_schema") is not { } inner) return;
        using var schema = told.Open(inner, "response_format.json_schema");
        told.Set("format.name", schema.Text("name"));
        told.Set("format.schema", schema.Take("schema"));
        told.Set("format.strict", schema.Take("strict"));
        told.Set("format.description", schema.Text("description"));
    }

    private static string ChoiceOf(JsonElement choice)
    {
        if (choice.ValueKind == JsonValueKind.String) return choice.GetString()!;
        var type = Json.TypeOf(choice);
        return type is "function" or "custom" ? "the tool " + Json.TextOf(choice.GetProperty(type), "name") : Json.Canonical(choice);
    }

    private void ReadTool(JsonElement given)
    {
        using var tool = told.Open(given, "tools");
        var type = tool.Text("type");
        var cache = CacheOf(tool);
        if (tool.Take(type ?? "") is not { } inner)
        {
            told.Unknown.Add("tools." + type);
            return;
        }

        using var function = told.Open(inner, "tools." + type);
        told.Tools.Add(new ToldTool(function.Text("name")!, function.Text("description"), function.Take("parameters") is { } schema ? Json.Canonical(schema) : null)
        {
            Strict = function.Flag("strict") == true,
            IsFreeform = type == "custom",
            Cache = cache,
        });
    }

    private void ReadMessage(JsonElement given)
    {
        using var message = told.Open(given, "messages");
        var role = message.Text("role");
        var side = role switch { "system" or "developer" => Side.System, "assistant" => Side.Assistant, "user" or "tool" => Side.User, _ => throw new InvalidDataException($"a message of the role {role}") };
        var content = new List<Said>();
        if (side == Side.Assistant) ReadThoughts(message);
        ReadContent(message.Take("content"), side, content);
        if (role == "tool") told.Words.Add(new Said(Side.User, "result", told.Answered(message.Text("tool_call_id"))) { Inner = content });
        else told.Words.AddRange(content);
        if (side != Side.Assistant) return;
        if (message.Text("refusal") is { Length: > 0 } refusal) told.Words.Add(new Said(side, "text", refusal));
        foreach (var call in message.Items("tool_calls")) ReadCall(call);
        message.Ignore("annotations", "parsed");
    }

    private void ReadThoughts(Members message)
    {
        var text = message.Text("reasoning_content");
        var blocks = message.Items("thinking_blocks").ToArray();
        foreach (var block in blocks)
        {
            if (Json.TextOf(block, "data") is { } data && Seals.IsClaudes(data)) told.Words.Add(new Said(Side.Assistant, "hidden", data));
            else if ((Json.TextOf(block, "signature") ?? Json.TextOf(block, "data")) is { } seal) told.Seals.Add(Seals.Bare(seal).Seal);
            if (Json.TextOf(block, "thinking") is { Length: > 0 } thought) told.Words.Add(new Said(Side.Assistant, "thought", thought) { Seal = Json.TextOf(block, "signature") is { } own ? Seals.Bare(own).Seal : null });
        }

        if (blocks.Length == 0 && text is { Length: > 0 }) told.Words.Add(new Said(Side.Assistant, "thought", text));
    }

    private void ReadCall(JsonElement given)
    {
        using var call = told.Open(given, "tool_calls");
        call.Ignore("index");
        if (call.Text("type") is var type && call.Take(type ?? "") is null) told.Unknown.Add($"tool_calls.type {type}");
        var id = call.Text("id");
        var extra = call.Take("extra_content") is { } content && content.TryGetProperty("google", out var google) ? Json.TextOf(google, "thought_signature") : null;
        using var function = told.Open((call.Take("function") ?? call.Take("custom"))!.Value, "tool_calls.function");
        function.Ignore("parsed_arguments");
        told.Words.Add(told.Call(id, function.Text("name")!, function.Text("arguments") ?? $"{{\"input\":{JsonSerializer.Serialize(function.Text("input"))}}}", extra is null ? null : Seals.Bare(extra).Seal));
    }

    private void ReadContent(JsonElement? content, Side side, List<Said> into)
    {
        if (content is { ValueKind: JsonValueKind.String } text) Add(into, new Said(side, "text", text.GetString()!), null);
        foreach (var item in content is { ValueKind: JsonValueKind.Array } parts ? parts.EnumerateArray() : default)
        {
            using var part = told.Open(item, "messages.content");
            var type = part.Text("type")!;
            var said = type switch
            {
                "text" or "refusal" => new Said(side, "text", part.Text(type)!),
                "image_url" => Image(part, side),
                "file" => File(part, side),
                "input_audio" => new Said(side, "audio", Json.Canonical(part.Take("input_audio")!.Value)),
                _ => new Said(side, type, ""),
            };
            Add(into, said, CacheOf(part));
        }
    }

    private static void Add(List<Said> into, Said said, string? cache)
    {
        said.Cache = cache;
        if (said.Value.Length > 0) into.Add(said);
    }

    private Said Image(Members part, Side side)
    {
        using var image = told.Open(part.Take("image_url")!.Value, "messages.content.image_url");
        var said = new Said(side, "image", Media.OfUrl(image.Text("url")!));
        if (image.Text("detail") is { } detail and not "auto") said.Marks["detail"] = detail;
        return said;
    }

    private Said File(Members part, Side side)
    {
        using var file = told.Open(part.Take("file")!.Value, "messages.content.file");
        var said = new Said(side, "file", Media.OfUrl(file.Text("file_data") ?? "id:" + file.Text("file_id")));
        if (file.Text("filename") is { } name) said.Marks["filename"] = name;
        return said;
    }

    private static string? CacheOf(Members owner)
    {
        var point = owner.Take("cache_control");
        return point is null && owner.Take("prompt_cache_breakpoint") is null ? null : (point is { } given ? Json.TextOf(given, "ttl") : null) ?? "5m";
    }
}
