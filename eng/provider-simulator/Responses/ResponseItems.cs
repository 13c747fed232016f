using System.Text.Json;
using ThinkWatch.ProviderSimulator.Chat;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Responses;

/// <summary>Input items into turns: calls and outputs in pairs, reasoning unchanged and with what it led to. One use.</summary>
internal sealed class ResponseItems(Prompt prompt, ResponseStore store)
{
    private readonly HashSet<string> _open =
        [.. prompt.Turns.SelectMany(static turn => turn.Parts).Where(static part => part.Kind == PartKind.ToolCall).Select(static part => part.Id!)
            .Except(prompt.Turns.SelectMany(static turn => turn.Parts).Where(static part => part.Kind == PartKind.ToolResult).Select(static part => part.Id!))];

    private readonly HashSet<string> _reasoning = [];

    public void Read(JsonElement input)
    {
        var items = input.EnumerateArray().ToList();
        for (var i = 0; i < items.Count; i++)
            Read(items[i], $"input[{i}]", i + 1 < items.Count ? items[i + 1] : default);
        if (_open.Count > 0)
            throw Refused.Invalid($"No tool output found for function call {_open.First()}.", "input");
    }

    private void Read(JsonElement item, string path, JsonElement next)
    {
        var type = item.Text("type") ?? (item.Has("role") ? "message" : throw Refused.Invalid($"Invalid value for '{path}': expected an object with a 'type'.", path));
        switch (type)
        {
            case "message":
                ReadMessage(item, path);
                break;
            case "function_call":
                ReadCall(item, path);
                break;
            case "function_call_output":
                ReadOutput(item, path);
                break;
            case "reasoning":
                ReadReasoning(item, path, next);
                break;
            case "item_reference":
                break;
            default:
                Assistant().Add(new Part(PartKind.Other) { Name = type });
                break;
        }
    }

    private void ReadMessage(JsonElement item, string path)
    {
        var role = item.Text("role");
        if (role is not ("user" or "assistant" or "system" or "developer"))
            throw Refused.Invalid($"Invalid value: '{role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.", path + ".role");
        var parts = ReadContent(item.Member("content"), role == "assistant", path + ".content");
        if (role == "assistant")
            Assistant().AddRange(parts);
        else if (role == "user")
            prompt.Turns.Add(new Turn("user", parts));
        else if (prompt.Turns.Count == 0)
            prompt.System.AddRange(parts);
        else
            prompt.Turns.Add(new Turn("system", parts));
    }

    private void ReadCall(JsonElement item, string path)
    {
        var id = item.Text("call_id") ?? throw Missing(path + ".call_id");
        var call = new Part(PartKind.ToolCall)
        {
            Id = id,
            Name = item.Text("name") ?? throw Missing(path + ".name"),
            Arguments = item.Text("arguments") ?? throw Missing(path + ".arguments"),
        };
        if (item.Text("id") is { } itemId)
        {
            if (!itemId.StartsWith("fc", StringComparison.Ordinal))
                throw Refused.Invalid($"Invalid '{path}.id': '{itemId}'. Expected an ID that begins with 'fc'.", path + ".id");
            if (ResponseJson.ReasoningOf(itemId) is { } reasoning && !_reasoning.Contains(reasoning) && !store.HasReasoning(reasoning))
                throw Refused.Invalid($"Item '{itemId}' of type 'function_call' was provided without its required 'reasoning' item: '{reasoning}'.", "input");
        }

        _open.Add(id);
        Assistant().Add(call);
    }

    private void ReadOutput(JsonElement item, string path)
    {
        var id = item.Text("call_id") ?? throw Missing(path + ".call_id");
        if (!_open.Remove(id))
            throw Refused.Invalid($"No tool call found for function call output with call_id {id}.", "input");
        var output = item.Member("output");
        if (output.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            throw Missing(path + ".output");
        var result = new Part(PartKind.ToolResult) { Id = id, Parts = ReadContent(output, assistant: false, path + ".output") };
        if (prompt.Turns is [.., { Role: "user" } last] && last.Parts.TrueForAll(static part => part.Kind == PartKind.ToolResult))
            last.Parts.Add(result);
        else
            prompt.Turns.Add(new Turn("user", [result]));
    }

    /// <summary>Reasoning is either remembered on this side, or comes sealed; it never stands alone.</summary>
    private void ReadReasoning(JsonElement item, string path, JsonElement next)
    {
        if (item.Member("summary").ValueKind != JsonValueKind.Array)
            throw Missing(path + ".summary");
        var id = item.Text("id");
        string? text = null;
        if (item.Text("encrypted_content") is { } sealedText)
        {
            text = Seal.Open(ResponseJson.Purpose, sealedText) ?? throw new Refused(400,
                $"The encrypted content {sealedText[..Math.Min(8, sealedText.Length)]}... could not be verified. Reason: Encrypted content could not be decrypted or parsed.", "invalid_encrypted_content");
        }
        else if (id is null || !store.HasReasoning(id))
        {
            throw new Refused(404, $"Item with id '{id}' not found. Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.", null, "input");
        }

        if (next.Text("type") is not ("function_call" or "message" or "custom_tool_call" or "reasoning") && next.Text("role") != "assistant")
            throw Refused.Invalid($"Item '{id}' of type 'reasoning' was provided without its required following item.", "input");
        if (id is not null)
            _reasoning.Add(id);
        Assistant().Add(new Part(PartKind.Thinking) { Text = text, Signature = id ?? "" });
    }

    private List<Part> Assistant()
    {
        if (prompt.Turns is not [.., { Role: "assistant" }])
            prompt.Turns.Add(new Turn("assistant", []));
        return prompt.Turns[^1].Parts;
    }

    private static List<Part> ReadContent(JsonElement content, bool assistant, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
            return [Part.Of(content.GetString()!)];
        if (content.ValueKind != JsonValueKind.Array)
            throw Missing(path);
        var parts = new List<Part>();
        foreach (var part in content.EnumerateArray())
            parts.Add(ReadPart(part, assistant, $"{path}[{parts.Count}]"));
        return parts;
    }

    private static Part ReadPart(JsonElement part, bool assistant, string path)
    {
        var type = part.Text("type") ?? throw Missing(path + ".type");
        return (type, assistant) switch
        {
            ("input_text", false) or ("output_text", true) => Part.Of(part.Text("text") ?? throw Missing(path + ".text")),
            ("refusal", true) => new Part(PartKind.Refusal) { Text = part.Text("refusal") },
            ("input_image", false) => new Part(PartKind.Image) { Media = part.Text("file_id") is { } id ? Media.FromFile(id) : OpenAiRules.ReadImage(part.Text("image_url"), path + ".image_url") },
            ("input_file", false) => new Part(PartKind.File) { Media = OpenAiRules.ReadFile(part, path) },
            (_, true) => throw new Refused(400, $"Invalid value: '{type}'. Supported values are: 'output_text' and 'refusal'.", "invalid_value", path),
            _ => throw new Refused(400, $"Invalid value: '{type}'. Supported values are: 'input_text', 'input_image', 'input_file'.", "invalid_value", path),
        };
    }

    private static Refused Missing(string path) => new(400, $"Missing required parameter: '{path}'.", "missing_required_parameter", path);
}
