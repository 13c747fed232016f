using System.Buffers;
using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>
/// Reads a Responses request's input. Its items are finer than messages: what the model said in one turn (thoughts, text, calls) becomes one message of the
/// assistant again, and results that follow each other one message of the tools.
/// </summary>
internal sealed class InputReader
{
    private readonly ConvertedCall _call;
    private readonly List<Message> _messages;
    private Dictionary<string, Signature>? _signatures;

    private InputReader(ConvertedCall call)
    {
        _call = call;
        _messages = call.Request.Messages;
    }

    public static void Read(JsonElement input, ConvertedCall call)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            call.Request.Messages.Add(new Message(Role.User, [new TextPart(JsonRead.Text(input, "input"))]));
            return;
        }

        if (input.ValueKind != JsonValueKind.Array)
            throw JsonRead.WrongType("input", "a string or an array of input items");
        var reader = new InputReader(call);
        var index = 0;
        foreach (var item in input.EnumerateArray())
            reader.ReadItem(item, $"input[{index++}]");
        reader.Sign();
        if (call.Request.Messages.Count == 0)
            throw JsonRead.Invalid("input", "there is nothing in it that this model could read.");
    }

    private void ReadItem(JsonElement item, string path)
    {
        var type = JsonRead.OptionalString(JsonRead.Object(item, path), "type", path + ".type") ?? (item.Member("role") is null ? "item_reference" : "message");
        switch (type)
        {
            case "message":
                ReadMessage(item, path);
                break;
            case "function_call":
                Say(ReadCall(item, path, JsonRead.OptionalString(item, "arguments", path + ".arguments") ?? ""));
                break;
            case "custom_tool_call":
                Say(ReadCall(item, path, InputAsArguments(JsonRead.OptionalString(item, "input", path + ".input") ?? "")));
                break;
            case "function_call_output" or "custom_tool_call_output":
                ReadResult(item, path);
                break;
            case "reasoning":
                ReadReasoning(item, path);
                break;
            case "image_generation_call" when item.Member("result") is { } image:
                Say(new ImagePart(new Media("image/png", JsonRead.Text(image, path + ".result"))));
                break;
            case "additional_tools":
                if (JsonRead.OptionalArray(item, "tools", path + ".tools") is { } tools)
                    DeclaredTools.Read(tools, path + ".tools", _call);
                break;
            case "item_reference":
                throw new ConversionException($"Item with id '{item.StringOrNull("id")}' not found.", path);
            case "compaction" or "compaction_trigger":
                throw new ConversionException("Compacted conversations are encrypted by OpenAI: this model's provider cannot read or make them.", path);
            default:
                _call.Notes.Drop("input." + type);
                break;
        }
    }

    private void ReadMessage(JsonElement item, string path)
    {
        var role = JsonRead.RequiredString(item, "role", path + ".role") switch
        {
            "user" => Role.User,
            "system" => Role.System,
            "developer" => Role.Developer,
            "assistant" => Role.Assistant,
            var other => throw JsonRead.Invalid(path + ".role", $"'{other}' is none of 'user', 'assistant', 'system' and 'developer'."),
        };
        var parts = ContentReader.Read(item.Member("content") ?? throw JsonRead.Missing(path + ".content"), path + ".content", _call.Notes);
        if (item.Member("phase") is not null)
            _call.Notes.Drop("input.phase");
        if (role != Role.Assistant)
            _messages.Add(new Message(role, parts));
        else
            parts.ForEach(Say);
    }

    private static ToolCallPart ReadCall(JsonElement item, string path, string arguments) =>
        new(JsonRead.RequiredString(item, "call_id", path + ".call_id"), JsonRead.RequiredString(item, "name", path + ".name"), arguments)
        {
            Namespace = JsonRead.OptionalString(item, "namespace", path + ".namespace"),
        };

    private void ReadResult(JsonElement item, string path)
    {
        var callId = JsonRead.RequiredString(item, "call_id", path + ".call_id");
        var output = ContentReader.Read(item.Member("output") ?? throw JsonRead.Missing(path + ".output"), path + ".output", _call.Notes);
        Add(Role.Tool, new ToolResultPart(callId, output, IsError: false) { Name = ToolNames.NameOfCall(_call.Request, callId)?.Name });
    }

    private void ReadReasoning(JsonElement item, string path)
    {
        if (JsonRead.OptionalString(item, "encrypted_content", path + ".encrypted_content") is { Length: > 0 } encrypted)
        {
            if (!ThoughtText.TryRead(encrypted, path + ".encrypted_content", out var part, out var signed))
                Say(new HiddenThinkingPart(new Signature(SignatureOrigin.OpenAi, encrypted), JsonRead.OptionalString(item, "id", path + ".id")));
            else if (part is not null)
                Say(part);
            else if (signed is { } call)
                (_signatures ??= new(StringComparer.Ordinal))[call.CallId] = call.Signature;
            return;
        }

        var text = new StringBuilder();
        foreach (var piece in item.ItemsOrNone("content").Concat(item.ItemsOrNone("summary")))
            text.Append(text.Length == 0 ? "" : "\n\n").Append(JsonRead.OptionalString(piece, "text", path + ".summary"));
        if (text.Length > 0)
            Say(new ThinkingPart(text.ToString(), null));
        else
            _call.Notes.Drop("input.reasoning");
    }

    private void Say(Part part) => Add(Role.Assistant, part);

    private void Add(Role role, Part part)
    {
        if (_messages is [.., var last] && last.Role == role)
            last.Parts.Add(part);
        else
            _messages.Add(new Message(role, [part]));
    }

    /// <summary>Gives calls the signatures that stood in items of their own.</summary>
    private void Sign()
    {
        if (_signatures is null)
            return;
        foreach (var message in _messages)
        {
            for (var i = 0; i < message.Parts.Count; i++)
            {
                if (message.Parts[i] is ToolCallPart call && _signatures.TryGetValue(call.Id, out var signature))
                    message.Parts[i] = call with { Signature = signature };
            }
        }
    }

    private static string InputAsArguments(string input)
    {
        var buffer = new ArrayBufferWriter<byte>(input.Length + 32);
        using (var json = new Utf8JsonWriter(buffer, JsonWrite.Options))
        {
            json.WriteStartObject();
            json.WriteString(DeclaredTools.Input, input);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
