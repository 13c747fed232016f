using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Reads a Messages request.</summary>
internal sealed class MessagesWire(Told told)
{
    private string? _callSeal;

    public void Read(JsonElement body)
    {
        using var root = told.Open(body, "");
        root.Ignore("model", "stream");
        ReadContent(root.Take("system"), Side.System, told.Words);
        foreach (var given in root.Items("messages"))
        {
            using var message = told.Open(given, "messages");
            var side = message.Text("role") switch { "assistant" => Side.Assistant, "system" => Side.System, "user" => Side.User, var role => throw new InvalidDataException($"a message of the role {role}") };
            ReadContent(message.Take("content"), side, told.Words);
        }

        if (root.Take("cache_control") is { } last && told.Words.Count > 0) told.Words[^1].Cache ??= Json.TextOf(last, "ttl") ?? "5m";
        foreach (var tool in root.Items("tools")) ReadTool(tool);
        if (root.Take("tool_choice") is { } choice) ReadChoice(choice, told);
        foreach (var name in (string[])["max_tokens", "temperature", "top_p", "top_k"]) told.Set(name, root.Take(name));
        told.Set("stop", root.Take("stop_sequences"));
        told.Set("service_tier", root.Text("service_tier") switch { "standard_only" => "default", var tier => tier });
        if (root.Take("thinking") is { } thinking) ReadThinking(thinking, told);
        if (root.Take("output_config") is { } output) ReadOutput(output);
        if (root.Take("metadata") is not { } given2) return;
        using var metadata = told.Open(given2, "metadata");
        told.Set("user", metadata.Text("user_id"));
    }

    /// <summary>Bedrock's Claude is told of these in the same words.</summary>
    public static void ReadThinking(JsonElement given, Told told)
    {
        using var thinking = told.Open(given, "thinking");
        told.Set("thinking.mode", thinking.Text("type"));
        told.Set("thinking.budget", thinking.Take("budget_tokens"));
        told.Set("thinking.display", thinking.Text("display"));
    }

    public static void ReadChoice(JsonElement given, Told told)
    {
        using var choice = told.Open(given, "tool_choice");
        told.Set("tool_choice", choice.Text("type") switch { "any" => "required", "tool" => "the tool " + choice.Text("name"), var type => type ?? "(none)" });
        choice.Ignore("name");
        if (choice.Flag("disable_parallel_tool_use") is { } single) told.Set("parallel_tool_calls", single ? "false" : "true");
    }

    private void ReadOutput(JsonElement given)
    {
        using var output = told.Open(given, "output_config");
        told.Set("thinking.effort", output.Text("effort"));
        if (output.Take("format") is not { } inner) return;
        using var format = told.Open(inner, "output_config.format");
        told.Set("format", format.Text("type"));
        told.Set("format.schema", format.Take("schema"));
    }

    private void ReadTool(JsonElement given)
    {
        var type = Json.TypeOf(given);
        if (type is not ("" or "custom"))
        {
            told.Unknown.Add("tools." + (type.LastIndexOf('_') is > 0 and var date && type[(date + 1)..].All(char.IsAsciiDigit) ? type[..date] : type));
            return;
        }

        using var tool = told.Open(given, "tools");
        tool.Ignore("type");
        told.Tools.Add(new ToldTool(tool.Text("name")!, tool.Text("description"), tool.Take("input_schema") is { } schema ? Json.Canonical(schema) : null)
        {
            Strict = tool.Flag("strict") == true,
            Cache = CacheOf(tool),
        });
        foreach (var name in (string[])["eager_input_streaming", "defer_loading"])
        {
            if (tool.Flag(name) == true) told.Unknown.Add("tools." + name);
        }
    }

    private void ReadContent(JsonElement? content, Side side, List<Said> into)
    {
        if (content is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } words) into.Add(new Said(side, "text", words));
        foreach (var item in content is { ValueKind: JsonValueKind.Array } blocks ? blocks.EnumerateArray() : default)
        {
            using var block = told.Open(item, "messages.content");
            if (ReadBlock(block, block.Text("type")!, side) is not { Value.Length: > 0 } said) continue;
            said.Cache = CacheOf(block);
            into.Add(said);
        }
    }

    private Said? ReadBlock(Members block, string type, Side side)
    {
        switch (type)
        {
            case "text":
                block.Ignore("citations");
                return new Said(side, "text", block.Text("text")!);
            case "image":
                return new Said(side, "image", Source(block));
            case "document":
                var file = new Said(side, "file", Source(block));
                foreach (var (name, mark) in (ReadOnlySpan<(string, string)>)[("title", "filename"), ("context", "context")])
                {
                    if (block.Text(name) is { } value) file.Marks[mark] = value;
                }

                if (block.Take("citations") is { } citations) file.Marks["citations"] = Json.Canonical(citations);
                return file;
            case "thinking":
                var seal = block.Text("signature") is { Length: > 0 } signature ? Seals.Bare(signature).Seal : null;
                if (seal is not null) told.Seals.Add(seal);
                return new Said(side, "thought", block.Text("thinking")!) { Seal = seal };
            case "redacted_thinking":
                var (bare, isOfCall) = Seals.Bare(block.Text("data")!);
                if (isOfCall) _callSeal = bare;
                else if (Seals.IsClaudes(block.Text("data")!)) return new Said(side, "hidden", bare);
                else told.Seals.Add(bare);
                return null;
            case "tool_use":
                var call = told.Call(block.Text("id"), block.Text("name")!, block.Take("input")!.Value.GetRawText(), _callSeal);
                _callSeal = null;
                return call;
            case "tool_result":
                var result = new Said(side, "result", told.Answered(block.Text("tool_use_id")));
                ReadContent(block.Take("content"), side, result.Inner);
                if (block.Flag("is_error") == true) result.Marks["is_error"] = "true";
                return result;
            default:
                told.Unknown.Add(type);
                return null;
        }
    }

    private string Source(Members block)
    {
        using var source = told.Open(block.Take("source")!.Value, "messages.content.source");
        var type = source.Text("media_type") ?? "";
        return source.Text("type") switch
        {
            "text" => Media.OfText(source.Text("data")!),
            "base64" => Media.OfBytes(type, source.Text("data")!),
            "url" => source.Text("url")!,
            _ => "id:" + source.Text("file_id"),
        };
    }

    private static string? CacheOf(Members owner) => owner.Take("cache_control") is { } point ? Json.TextOf(point, "ttl") ?? "5m" : null;
}
