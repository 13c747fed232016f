using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Reads a Responses request.</summary>
internal sealed class ResponsesWire(Told told)
{
    private const string Logprobs = "message.output_text.logprobs";

    private readonly Dictionary<string, string> _callSeals = new(StringComparer.Ordinal);

    public void Read(JsonElement body)
    {
        using var root = told.Open(body, "");
        root.Ignore("model", "stream", "stream_options", "store", "background", "previous_response_id");
        if (root.Text("instructions") is { Length: > 0 } instructions) told.Words.Add(new Said(Side.System, "text", instructions));
        foreach (var one in root.Items("include").Where(static one => one.GetString() is not ("reasoning.encrypted_content" or "message.input_image.image_url" or Logprobs))) told.Unknown.Add("include." + one.GetString());
        if (root.Items("include").Any(static one => one.GetString() == Logprobs)) told.Set("logprobs", "true");
        var input = root.Take("input");
        if (input is { ValueKind: JsonValueKind.String } text) told.Words.Add(new Said(Side.User, "text", text.GetString()!));
        var items = input is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().ToArray() : [];
        foreach (var item in items)
        {
            if (Json.TypeOf(item) == "reasoning" && Json.TextOf(item, "encrypted_content") is { } sealedText && Seals.Thought(sealedText) is { Call: { } call, Seal: { } seal }) _callSeals[call] = seal;
        }

        foreach (var item in items) ReadItem(item);
        foreach (var tool in root.Items("tools")) ReadTool(tool, null, null);
        if (root.Take("tool_choice") is { } choice) told.Set("tool_choice", choice.ValueKind == JsonValueKind.String ? choice.GetString() : Json.TextOf(choice, "name") is { } name ? "the tool " + name : Json.Canonical(choice));
        told.Set("max_tokens", root.Take("max_output_tokens"));
        foreach (var name in (string[])["parallel_tool_calls", "temperature", "top_p", "top_logprobs", "prompt_cache_key", "service_tier"]) told.Set(name, root.Take(name));
        if (told.Settings.TryGetValue("top_logprobs", out var top) && top != "0") told.Set("logprobs", "true");
        told.Set("user", root.Take("safety_identifier") ?? root.Take("user"));
        root.Ignore("user");
        foreach (var (name, value) in root.Take("metadata") is { } metadata ? metadata.EnumerateObject().Select(static m => (m.Name, m.Value)) : []) told.Set("metadata." + name, value);
        if (root.Text("truncation") is { } truncation and not "disabled") told.Unknown.Add("truncation." + truncation);
        ReadReasoning(root);
        ReadText(root);
    }

    private void ReadReasoning(Members root)
    {
        if (root.Take("reasoning") is not { } given) return;
        using var reasoning = told.Open(given, "reasoning");
        told.Set("thinking.effort", reasoning.Take("effort"));
        if (reasoning.Text("summary") is { } summary) told.Set("thinking.display", summary == "none" ? "omitted" : "summarized");
    }

    private void ReadText(Members root)
    {
        if (root.Take("text") is not { } given) return;
        using var text = told.Open(given, "text");
        told.Set("verbosity", text.Take("verbosity"));
        if (text.Take("format") is not { } inner) return;
        using var format = told.Open(inner, "text.format");
        var type = format.Text("type");
        told.Set("format", type == "text" ? null : type);
        told.Set("format.name", format.Text("name"));
        told.Set("format.schema", format.Take("schema"));
        told.Set("format.strict", format.Take("strict"));
        told.Set("format.description", format.Text("description"));
    }

    private void ReadTool(JsonElement given, string? space, string? about)
    {
        var type = Json.TypeOf(given);
        if (type is not ("function" or "custom" or "namespace"))
        {
            told.Unknown.Add("tools." + type);
            return;
        }

        using var tool = told.Open(given, "tools");
        tool.Ignore("type");
        var (name, description) = (tool.Text("name")!, tool.Text("description"));
        if (type == "namespace")
        {
            foreach (var inner in tool.Items("tools")) ReadTool(inner, name, description);
            return;
        }

        tool.Ignore("format"); // of a freeform tool: the model is told it, which a note says
        told.Tools.Add(new ToldTool(name, (about, description) switch { (null or "", _) => description, (_, null or "") => about, _ => about + "\n\n" + description },
            tool.Take("parameters") is { } schema ? Json.Canonical(schema) : null)
        {
            Space = space,
            IsFreeform = type == "custom",
            Strict = tool.Flag("strict") == true,
        });
        if (tool.Flag("defer_loading") == true) told.Unknown.Add("tools.defer_loading");
    }

    private void ReadItem(JsonElement given)
    {
        using var item = told.Open(given, "input");
        item.Ignore("id", "status", "parsed_arguments"); // the last is the package's own copy
        switch (item.Text("type") ?? "message")
        {
            case "message":
                var side = item.Text("role") switch { "system" or "developer" => Side.System, "assistant" => Side.Assistant, "user" => Side.User, var role => throw new InvalidDataException($"a message of the role {role}") };
                ReadContent(item.Take("content"), side, told.Words);
                break;
            case "function_call":
                ReadCall(item, item.Text("arguments") ?? "");
                break;
            case "custom_tool_call":
                ReadCall(item, $"{{\"input\":{JsonSerializer.Serialize(item.Text("input"))}}}");
                break;
            case "function_call_output" or "custom_tool_call_output":
                var result = new Said(Side.User, "result", told.Answered(item.Text("call_id")));
                ReadContent(item.Take("output"), Side.User, result.Inner);
                told.Words.Add(result);
                break;
            case "reasoning":
                ReadThought(item);
                break;
            case "additional_tools":
                foreach (var tool in item.Items("tools")) ReadTool(tool, null, null);
                item.Ignore("role");
                break;
            case var other:
                told.Unknown.Add("input." + other);
                item.Ignore([.. given.EnumerateObject().Select(static member => member.Name)]);
                break;
        }
    }

    private void ReadCall(Members item, string arguments)
    {
        var (id, space) = (item.Text("call_id"), item.Text("namespace"));
        told.Words.Add(told.Call(id, (space is null ? "" : space + "__") + item.Text("name"), arguments, id is null ? null : _callSeals.GetValueOrDefault(id)));
    }

    private void ReadThought(Members item)
    {
        var summary = string.Join("\n\n", item.Items("content").Concat(item.Items("summary")).Select(static piece => Json.TextOf(piece, "text")));
        if (item.Text("encrypted_content") is not { Length: > 0 } given)
        {
            if (summary.Length > 0) told.Words.Add(new Said(Side.Assistant, "thought", summary));
            return;
        }

        // What is sealed holds the thought; the summary is for people.
        if (Seals.Thought(given) is not { } thought)
        {
            told.Seals.Add(given);
        }
        else if (thought.Call is null)
        {
            if (thought is { Seal: { } hidden, Text: null, IsClaudes: true }) told.Words.Add(new Said(Side.Assistant, "hidden", hidden));
            else if (thought.Seal is { } seal) told.Seals.Add(seal);
            if (thought.Text is { Length: > 0 } text) told.Words.Add(new Said(Side.Assistant, "thought", text) { Seal = thought.Seal });
        }
    }

    private void ReadContent(JsonElement? content, Side side, List<Said> into)
    {
        if (content is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } words) into.Add(new Said(side, "text", words));
        foreach (var given in content is { ValueKind: JsonValueKind.Array } parts ? parts.EnumerateArray() : default)
        {
            using var part = told.Open(given, "input.content");
            var type = part.Text("type")!;
            var said = type switch
            {
                "input_image" => new Said(side, "image", Media.OfUrl(part.Text("image_url") ?? "id:" + part.Text("file_id"))),
                "input_file" => new Said(side, "file", Media.OfUrl(part.Text("file_data") ?? part.Text("file_url") ?? "id:" + part.Text("file_id"))),
                "refusal" => new Said(side, "text", part.Text("refusal")!),
                _ => new Said(side, "text", part.Text("text")!),
            };
            if (part.Text("detail") is { } detail and not "auto") said.Marks["detail"] = detail;
            if (part.Text("filename") is { } name) said.Marks["filename"] = name;
            if (part.Take("prompt_cache_breakpoint") is not null) said.Cache = "5m";
            part.Ignore("annotations", "logprobs");
            if (said.Value.Length > 0) into.Add(said);
        }
    }
}
