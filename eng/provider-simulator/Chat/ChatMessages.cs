using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>Messages of a chat completion request: roles, parts, and that every tool call is answered before anything else is said.</summary>
internal static class ChatMessages
{
    public static void Read(JsonElement messages, Prompt prompt)
    {
        HashSet<string>? open = null;
        var number = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var path = new MessagePath(number++);
            if (message.ValueKind != JsonValueKind.Object)
                throw Refused.Invalid($"Invalid type for '{path}': expected an object.", path.ToString());
            var role = message.Text("role") ?? throw Refused.Invalid($"Missing required parameter: '{path}.role'.", path + ".role");
            if (open is { Count: > 0 } && role != "tool")
                throw Unanswered(open);
            switch (role)
            {
                case "system" or "developer":
                    AddSystem(prompt, ReadContent(message, path));
                    break;
                case "user":
                    AddUser(prompt, ReadContent(message, path));
                    break;
                case "assistant":
                    open = ReadAssistant(message, path, prompt);
                    break;
                case "tool":
                    ReadResult(message, path, prompt, open);
                    break;
                default:
                    throw Refused.Invalid($"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.", path + ".role");
            }
        }

        if (open is { Count: > 0 })
            throw Unanswered(open);
    }

    /// <summary>Instructions before the first turn are the system's; later ones are a turn of their own.</summary>
    private static void AddSystem(Prompt prompt, List<Part> parts)
    {
        if (prompt.Turns.Count == 0)
            prompt.System.AddRange(parts);
        else
            prompt.Turns.Add(new Turn("system", parts));
    }

    /// <summary>What is said beside the results of tools, the images of a result say, belongs to their turn, as it does in other formats.</summary>
    private static void AddUser(Prompt prompt, List<Part> parts)
    {
        if (prompt.Turns is [.., { Role: "user", IsToolResult: true } results])
            results.Parts.AddRange(parts);
        else
            prompt.Turns.Add(new Turn("user", parts));
    }

    private static HashSet<string> ReadAssistant(JsonElement message, MessagePath path, Prompt prompt)
    {
        var calls = message.Member("tool_calls");
        var parts = message.Has("content") ? ReadContent(message, path) : [];
        if (parts.Count == 0 && calls.Count() == 0 && !message.Has("refusal") && !message.Has("audio") && !message.Has("content"))
            throw Refused.Invalid($"Invalid value for 'content': expected a string, got null.", path + ".content");
        if (message.Text("refusal") is { } refusal)
            parts.Add(new Part(PartKind.Refusal) { Text = refusal });
        if (message.Text("reasoning_content") is { } reasoning)
            parts.Insert(0, new Part(PartKind.Thinking) { Text = reasoning });
        var open = new HashSet<string>();
        foreach (var call in calls.Items())
        {
            var id = call.Text("id") ?? throw Refused.Invalid($"Missing required parameter: '{path}.tool_calls[{open.Count}].id'.", path.ToString());
            var function = call.Member("function");
            if (function.Text("name") is not { } name || function.Text("arguments") is not { } arguments)
                throw Refused.Invalid($"Missing required parameter: '{path}.tool_calls[{open.Count}].function'.", path.ToString());
            if (!open.Add(id))
                throw Refused.Invalid($"Duplicate value for 'tool_call_id' of '{id}' in {path}.", path.ToString());
            parts.Add(new Part(PartKind.ToolCall) { Id = id, Name = name, Arguments = arguments });
        }

        prompt.Turns.Add(new Turn("assistant", parts));
        return open;
    }

    private static void ReadResult(JsonElement message, MessagePath path, Prompt prompt, HashSet<string>? open)
    {
        var id = message.Text("tool_call_id") ?? throw Refused.Invalid($"Missing required parameter: '{path}.tool_call_id'.", path + ".tool_call_id");
        if (open is null || !open.Remove(id))
            throw Refused.Invalid("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", path + ".role");
        var result = new Part(PartKind.ToolResult) { Id = id, Parts = ReadContent(message, path, textOnly: true) };
        if (prompt.Turns[^1] is { Role: "user" } turn)
            turn.Parts.Add(result);
        else
            prompt.Turns.Add(new Turn("user", [result]));
    }

    private static List<Part> ReadContent(JsonElement message, MessagePath path, bool textOnly = false)
    {
        var content = message.Member("content");
        if (content.ValueKind == JsonValueKind.String)
            return [Part.Of(content.GetString()!)];
        if (content.ValueKind != JsonValueKind.Array)
            throw Refused.Invalid($"Invalid value for 'content': expected a string, got {(content.ValueKind == JsonValueKind.Undefined ? "null" : content.ValueKind)}.", path + ".content");
        var parts = new List<Part>(content.GetArrayLength());
        foreach (var part in content.EnumerateArray())
            parts.Add(ReadPart(part, $"{path}.content[{parts.Count}]", textOnly));
        return parts;
    }

    private static Part ReadPart(JsonElement part, string path, bool textOnly)
    {
        var type = part.Text("type") ?? throw Refused.Invalid($"Missing required parameter: '{path}.type'.", path + ".type");
        if (textOnly && type != "text")
            throw Refused.Invalid($"Invalid value: '{type}'. Supported values are: 'text'.", path + ".type");
        return type switch
        {
            "text" => Part.Of(part.Text("text") ?? throw Refused.Invalid($"Missing required parameter: '{path}.text'.", path + ".text")),
            "refusal" => new Part(PartKind.Refusal) { Text = part.Text("refusal") },
            "image_url" => new Part(PartKind.Image) { Media = OpenAiRules.ReadImage(part.Member("image_url").Text("url"), path + ".image_url.url") },
            "file" => new Part(PartKind.File) { Media = OpenAiRules.ReadFile(part.Member("file"), path + ".file") },
            "input_audio" => ReadAudio(part.Member("input_audio"), path),
            _ => throw Refused.Invalid($"Invalid value: '{type}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'.", path + ".type"),
        };
    }

    private static Part ReadAudio(JsonElement audio, string path)
    {
        if (audio.Text("format") is not ("wav" or "mp3"))
            throw Refused.Invalid($"Invalid value: '{audio.Text("format")}'. Supported values are: 'wav' and 'mp3'.", path + ".input_audio.format");
        var media = audio.Text("data") is { } data ? Media.FromBase64(data, "audio/" + audio.Text("format")) : null;
        return new Part(PartKind.Audio) { Media = media ?? throw Refused.Invalid($"Invalid '{path}.input_audio.data': expected base64.", path + ".input_audio.data") };
    }

    private static Refused Unanswered(HashSet<string> open) => Refused.Invalid(
        $"An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {string.Join(", ", open)}",
        "messages");

    /// <summary>Text only when an error needs it.</summary>
    private readonly record struct MessagePath(int Index)
    {
        public override string ToString() => $"messages[{Index}]";
    }
}
