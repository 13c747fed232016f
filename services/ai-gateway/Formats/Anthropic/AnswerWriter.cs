using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Writes the message that an Anthropic client expects.</summary>
internal static class AnswerWriter
{
    public static void Write(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output)
    {
        var choice = answer.Choices.Count > 0 ? answer.Choices[0] : new AnswerChoice();
        var calls = choice.Parts.Exists(static part => part is ToolCallPart);
        var refusal = choice.Parts.OfType<RefusalPart>().FirstOrDefault();
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(answer.Id, call));
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, answer.Model ?? call.UpstreamModel);
        json.WriteStartArray("content"u8);
        var parts = choice.Parts;

        // A message never ends in thoughts, and clients take its last block for the answer. Gemini's signature of a text may as well stand before it.
        if (parts is [.. var others, TextPart said, HiddenThinkingPart thought])
            parts = [.. others, thought, said];
        foreach (var part in parts)
            WritePart(json, part, call);
        json.WriteEndArray();
        WriteStop(json, choice.Finish, calls, refusal);
        UsageJson.Write(json, answer.Usage.GetValueOrDefault(), isDelta: false);
        json.WriteEndObject();
    }

    /// <summary>A message's id; one is made up when the provider gave none that looks like it.</summary>
    public static string IdOf(string? id, ConvertedCall call) =>
        id is not null && id.StartsWith("msg_", StringComparison.Ordinal) ? id : "msg_" + call.RequestId.Replace("-", "", StringComparison.Ordinal);

    public static void WriteStop(Utf8JsonWriter json, Finish? finish, bool calls, RefusalPart? refusal)
    {
        var reason = StopReason.Of(finish, calls, refusal is not null);
        json.WriteString("stop_reason"u8, reason);
        json.WriteString("stop_sequence"u8, finish?.StopSequence);
        if (reason != "refusal")
            return;
        json.WriteStartObject("stop_details"u8);
        json.WriteString("type"u8, "refusal"u8);
        json.WriteNull("category"u8);
        json.WriteString("explanation"u8, refusal?.Text);
        json.WriteEndObject();
    }

    /// <summary>Thoughts are for clients that asked for thinking; the words in them for those that want to see them.</summary>
    public static bool WantsThoughts(ConvertedCall call) => call.Request.Thinking is { Mode: not ThinkingMode.Off };

    public static bool WantsWords(ConvertedCall call) => call.Request.Thinking is { Mode: not ThinkingMode.Off, ShowThoughts: true };

    private static void WritePart(Utf8JsonWriter json, Part part, ConvertedCall call)
    {
        switch (part)
        {
            case TextPart { Text.Length: > 0 } text:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                WriteCitations(json, text.Citations, call.Notes);
                json.WriteEndObject();
                break;
            case RefusalPart refusal:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, refusal.Text);
                json.WriteEndObject();
                break;
            case ToolCallPart toolCall:
                WriteToolUse(json, toolCall, call);
                break;
            case ThinkingPart thinking when WantsThoughts(call) && (thinking.Signature is not null || WantsWords(call)):
                json.WriteStartObject();
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, WantsWords(call) ? thinking.Text : "");
                json.WriteString("signature"u8, thinking.Signature?.ToClient(SignatureOrigin.Claude) ?? "");
                json.WriteEndObject();
                break;
            case HiddenThinkingPart hidden when WantsThoughts(call):
                WriteRedacted(json, CarriedSignature.Data(hidden));
                break;
            case ImagePart:
                call.Notes.Drop("image");
                break;
        }
    }

    private static void WriteToolUse(Utf8JsonWriter json, ToolCallPart toolCall, ConvertedCall call)
    {
        if (toolCall.Signature is { } signature)
            WriteRedacted(json, CarriedSignature.Data(signature));
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, toolCall.Id);
        json.WriteString("name"u8, toolCall.Name);
        json.WritePropertyName("input"u8);
        if (!ToolInput.Write(json, toolCall.Arguments))
            call.Notes.Change("tool_use.input");
        json.WriteEndObject();
    }

    private static void WriteRedacted(Utf8JsonWriter json, string data)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "redacted_thinking"u8);
        json.WriteString("data"u8, data);
        json.WriteEndObject();
    }

    private static void WriteCitations(Utf8JsonWriter json, IReadOnlyList<Citation> citations, ConversionNotes notes)
    {
        if (citations.Count == 0)
            return;
        json.WriteStartArray("citations"u8);
        foreach (var citation in citations)
        {
            if (!CitationJson.TryWrite(json, citation))
                notes.Drop("citations");
        }

        json.WriteEndArray();
    }
}
