using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.OpenAiChat;

/// <summary>
/// Writes <c>messages</c>. Neighbouring assistant messages become one: every tool call must be answered right behind the message that makes it. Tool messages hold
/// text only, so images and files of tool results follow in a user message behind all results of the turn.
/// </summary>
internal static class MessageWriter
{
    public static void Write(Utf8JsonWriter json, ConvertedCall call, Dialect dialect)
    {
        var messages = call.Request.Messages;
        json.WriteStartArray("messages"u8);
        for (var i = 0; i < messages.Count;)
        {
            var end = i + 1;
            switch (messages[i].Role)
            {
                case Role.Assistant:
                    while (end < messages.Count && messages[end].Role == Role.Assistant)
                        end++;
                    WriteAssistant(json, messages, i, end, call, dialect);
                    break;
                case Role.Tool:
                    while (end < messages.Count && messages[end].Role == Role.Tool)
                        end++;
                    WriteResults(json, messages, i, end, call, dialect);
                    break;
                default:
                    WritePlain(json, messages[i], call, dialect);
                    break;
            }

            i = end;
        }

        json.WriteEndArray();
    }

    private static void WritePlain(Utf8JsonWriter json, Message message, ConvertedCall call, Dialect dialect)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, message.Role switch
        {
            Role.User => "user"u8,
            Role.Developer when dialect.DeveloperRole => "developer"u8,
            _ => "system"u8,
        });
        json.Optional("name"u8, message.Name);
        json.WritePropertyName("content"u8);
        PartWriter.WriteContent(json, message.Parts, call, dialect, separator: "\n\n");
        json.WriteEndObject();
    }

    private static void WriteAssistant(Utf8JsonWriter json, List<Message> messages, int start, int end, ConvertedCall call, Dialect dialect)
    {
        var said = new List<Part>();
        var thoughts = new List<string>();
        var calls = new List<ToolCallPart>();
        string? refusal = null, name = null;
        for (var i = start; i < end; i++)
        {
            name ??= messages[i].Name;
            foreach (var part in messages[i].Parts)
            {
                switch (part)
                {
                    case ToolCallPart toolCall:
                        calls.Add(toolCall);
                        break;
                    case RefusalPart words:
                        refusal += words.Text;
                        break;
                    case ThinkingPart { Signature: null } thought when dialect.ReasoningContent:
                        thoughts.Add(thought.Text);
                        break;
                    case ThinkingPart or HiddenThinkingPart:
                        call.Notes.Drop("thinking");
                        break;
                    case ImagePart:
                        call.Notes.Drop("messages.image");
                        break;
                    default:
                        said.Add(part);
                        break;
                }
            }
        }

        if (said.Count == 0 && calls.Count == 0 && refusal is null)
            return;
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        json.Optional("name"u8, name);
        if (thoughts.Count > 0)
            json.WriteString("reasoning_content"u8, string.Join('\n', thoughts));
        json.WritePropertyName("content"u8);
        if (said.Count > 0)
            PartWriter.WriteContent(json, said, call, dialect, separator: "");
        else
            json.WriteNullValue();
        json.Optional("refusal"u8, refusal);
        WriteCalls(json, calls, call, dialect);
        json.WriteEndObject();
    }

    private static void WriteCalls(Utf8JsonWriter json, List<ToolCallPart> calls, ConvertedCall call, Dialect dialect)
    {
        if (calls.Count == 0)
            return;
        json.WriteStartArray("tool_calls"u8);
        foreach (var made in calls)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, ToolCallIds.Fit(made.Id));
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
            json.WriteString("name"u8, call.ToolNames.ToUpstream(made.Namespace, made.Name));
            json.WriteString("arguments"u8, made.Arguments.Length == 0 ? "{}" : made.Arguments);
            json.WriteEndObject();
            if (made.Signature is { Origin: SignatureOrigin.Gemini } signature && dialect.ExtraContent)
                ThinkingBlocks.WriteOfCall(json, signature);
            else if (made.Signature is not null)
                call.Notes.Drop("tool_calls.signature");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteResults(Utf8JsonWriter json, List<Message> messages, int start, int end, ConvertedCall call, Dialect dialect)
    {
        var attachments = new List<Part>();
        for (var i = start; i < end; i++)
        {
            foreach (var part in messages[i].Parts)
            {
                if (part is ToolResultPart result)
                    WriteResult(json, result, attachments, call, dialect);
            }
        }

        if (attachments.Count == 0)
            return;
        call.Notes.Change("tool_result.attachments");
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WritePropertyName("content"u8);
        PartWriter.WriteContent(json, attachments, call, dialect, separator: "\n\n");
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, ToolResultPart result, List<Part> attachments, ConvertedCall call, Dialect dialect)
    {
        var text = new List<Part>();
        var id = ToolCallIds.Fit(result.CallId);
        if (result.IsError)
        {
            text.Add(new TextPart("The tool failed."));
            call.Notes.Change("tool_result.is_error");
        }

        var attached = 0;
        foreach (var part in result.Content)
        {
            if (part is TextPart)
            {
                text.Add(part);
                continue;
            }

            if (attached++ == 0)
                attachments.Add(new TextPart($"Attached to the result of tool call {id}:"));
            attachments.Add(part);
        }

        if (attached > 0)
            text.Add(new TextPart("What this result has attached follows in the next user message."));
        json.WriteStartObject();
        json.WriteString("role"u8, "tool"u8);
        json.WriteString("tool_call_id"u8, id);
        json.WritePropertyName("content"u8);
        PartWriter.WriteContent(json, text, call, dialect, separator: "\n");
        json.WriteEndObject();
    }
}
