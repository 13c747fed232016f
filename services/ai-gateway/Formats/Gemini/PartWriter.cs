using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>Writes the parts of a turn (https://ai.google.dev/api/caching#Part).</summary>
internal sealed class PartWriter(ConvertedCall call, GeminiModel model, Utf8JsonWriter json)
{
    /// <summary>Goes where a tool call has no signature of its own, having been made by another model: https://ai.google.dev/gemini-api/docs/thought-signatures.</summary>
    private const string SkipsValidation = "skip_thought_signature_validator";

    private readonly ResultWriter _results = new(call, model, json);

    public static bool IsEmpty(Part part) => part is TextPart { Text.Length: 0 } or RefusalPart { Text.Length: 0 } or ThinkingPart { Text.Length: 0, Signature: null };

    /// <summary>Thoughts that another provider signed or sealed mean nothing here.</summary>
    public bool CanCarry(Part part)
    {
        var signature = part is ThinkingPart thinking ? thinking.Signature : ((HiddenThinkingPart)part).Data;
        if (signature is null or { Origin: SignatureOrigin.Gemini })
            return !model.IsGemma;
        call.Notes.Drop("thinking");
        return false;
    }

    /// <summary>Writes any part but a tool call.</summary>
    public void Write(Part part, Signature? signature)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(json, text.Text, signature);
                break;
            case RefusalPart refusal:
                WriteText(json, refusal.Text);
                break;
            case ThinkingPart thinking:
                WriteThought(thinking);
                break;
            case HiddenThinkingPart hidden:
                WriteText(json, "", hidden.Data);
                break;
            case ToolResultPart result:
                _results.Write(result);
                break;
            case ImagePart image:
                if (image.Detail is not (null or "auto"))
                    call.Notes.Drop("detail");
                MediaWriter.Write(json, image.Media, "image/jpeg");
                break;
            case FilePart file:
                NoteFile(file);
                MediaWriter.Write(json, file.Media, "application/pdf");
                break;
            case AudioPart audio:
                MediaWriter.Write(json, audio.Media with { MediaType = audio.Media.MediaType ?? MediaWriter.AudioType(audio.Format) }, "audio/wav");
                break;
            default:
                throw new ConversionException($"A part of type {part.GetType().Name} cannot go to this model.", "messages");
        }
    }

    /// <param name="mustBeSigned">The first call of a turn: third-generation models refuse it without a signature.</param>
    public void WriteCall(ToolCallPart toolCall, Signature? signature, bool mustBeSigned)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        if (!CallIds.IsMade(toolCall.Id))
            json.WriteString("id"u8, toolCall.Id);
        json.WriteString("name"u8, FunctionNames.ToUpstream(call, toolCall.Namespace, toolCall.Name));
        WriteArguments(toolCall.Arguments);
        json.WriteEndObject();
        var own = signature is { Origin: SignatureOrigin.Gemini } ? signature.Value : null;
        if (own is null && signature is not null)
            call.Notes.Drop("thinking.signature");
        if (own is null && mustBeSigned)
        {
            call.Notes.Change("thought_signature");
            own = SkipsValidation;
        }

        json.Optional("thoughtSignature"u8, own);
        json.WriteEndObject();
    }

    public static void WriteText(Utf8JsonWriter json, string text, Signature? signature = null)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.Optional("thoughtSignature"u8, signature?.Value);
        json.WriteEndObject();
    }

    private void WriteThought(ThinkingPart thinking)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, thinking.Text);
        json.WriteBoolean("thought"u8, true);
        json.Optional("thoughtSignature"u8, thinking.Signature?.Value);
        json.WriteEndObject();
    }

    /// <summary>Arguments are an object here, and JSON text elsewhere: text that is no object is what a model got wrong, and is shown to it as it was.</summary>
    private void WriteArguments(string arguments)
    {
        if (JsonArguments.TryWrite(json, "args"u8, arguments))
            return;
        call.Notes.Change("tool_calls.arguments");
        json.WriteStartObject("args"u8);
        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
    }

    private void NoteFile(FilePart file)
    {
        if (file.Name is not null)
            call.Notes.Drop("filename");
        if (file.Context is not null)
            call.Notes.Drop("document.context");
        if (file.Citations is true)
            call.Notes.Drop("document.citations");
    }
}
