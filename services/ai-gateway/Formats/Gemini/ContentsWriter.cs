using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>
/// Writes <c>systemInstruction</c> and <c>contents</c>: turns of <c>user</c> and <c>model</c>, neighbours of one role merged, nothing empty
/// (https://ai.google.dev/api/caching#Content).
/// </summary>
internal sealed class ContentsWriter(ConvertedCall call, GeminiModel model, Utf8JsonWriter json)
{
    private readonly PartWriter _parts = new(call, model, json);
    private string? _role;
    private bool _firstCallIsNext;

    public void WriteSystem()
    {
        if (SystemIsUsers())
            return;
        var isOpen = false;
        var isLate = false;
        foreach (var message in call.Request.Messages)
        {
            if (message.Role is not (Role.System or Role.Developer))
            {
                isLate = true;
                continue;
            }

            foreach (var part in message.Parts)
            {
                if (part is not TextPart text)
                    throw new ConversionException("A system message for this model can hold text only.", "messages");
                NoteCache(part);
                if (text.Text.Length == 0)
                    continue;
                if (isLate)
                    call.Notes.Change("messages.system");
                if (!isOpen)
                {
                    json.WriteStartObject("systemInstruction"u8);
                    json.WriteStartArray("parts"u8);
                    isOpen = true;
                }

                PartWriter.WriteText(json, text.Text);
            }
        }

        if (!isOpen)
            return;
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public void Write()
    {
        var asUser = SystemIsUsers();
        json.WriteStartArray("contents"u8);
        foreach (var message in call.Request.Messages)
        {
            var isSystem = message.Role is Role.System or Role.Developer;
            if (isSystem && !asUser)
                continue;
            if (isSystem)
                call.Notes.Change("messages.system");
            if (message.Name is not null)
                call.Notes.Drop("messages.name");
            WriteMessage(message);
        }

        Close();
        json.WriteEndArray();
    }

    private void WriteMessage(Message message)
    {
        var role = message.Role is Role.Assistant ? "model" : "user";
        var parts = message.Parts;
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            NoteCache(part);
            if (part is HiddenThinkingPart && (BelongsToCall(parts, i) || BelongsToText(parts, i) || BelongsToNextText(parts, i)))
                continue;
            var signature = SignatureFor(parts, i);
            if (PartWriter.IsEmpty(part) && signature is null)
                continue;
            if (part is ThinkingPart or HiddenThinkingPart && !_parts.CanCarry(part))
                continue;
            Open(role);
            if (part is ToolCallPart toolCall)
            {
                _parts.WriteCall(toolCall, signature, mustBeSigned: _firstCallIsNext && model.IsThird);
                _firstCallIsNext = false;
            }
            else
            {
                _parts.Write(part, signature);
            }
        }
    }

    /// <summary>
    /// A signature that Gemini put on a part which clients cannot sign travels as hidden thinking: before a tool call, or behind a text (before it where a client
    /// keeps all thoughts in front). It goes back onto the part.
    /// </summary>
    private static Signature? SignatureFor(List<Part> parts, int i) => parts[i] switch
    {
        ToolCallPart { Signature: { } own } => own,
        ToolCallPart when i > 0 && BelongsToCall(parts, i - 1) => ((HiddenThinkingPart)parts[i - 1]).Data,
        TextPart when i + 1 < parts.Count && BelongsToText(parts, i + 1) => ((HiddenThinkingPart)parts[i + 1]).Data,
        TextPart when i > 0 && BelongsToNextText(parts, i - 1) => ((HiddenThinkingPart)parts[i - 1]).Data,
        _ => null,
    };

    private static bool BelongsToCall(List<Part> parts, int i) =>
        parts[i] is HiddenThinkingPart { Data.Origin: SignatureOrigin.Gemini } && i + 1 < parts.Count && parts[i + 1] is ToolCallPart { Signature: null };

    private static bool BelongsToText(List<Part> parts, int i) =>
        parts[i] is HiddenThinkingPart { Data.Origin: SignatureOrigin.Gemini } && i > 0 && parts[i - 1] is TextPart && !BelongsToCall(parts, i);

    private static bool BelongsToNextText(List<Part> parts, int i) =>
        parts[i] is HiddenThinkingPart { Data.Origin: SignatureOrigin.Gemini } && i + 1 < parts.Count && parts[i + 1] is TextPart { Text.Length: > 0 }
        && !BelongsToText(parts, i) && !(i + 2 < parts.Count && BelongsToText(parts, i + 2));

    private void Open(string role)
    {
        if (string.Equals(_role, role, StringComparison.Ordinal))
            return;
        Close();
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteStartArray("parts"u8);
        _role = role;
        _firstCallIsNext = true;
    }

    private void Close()
    {
        if (_role is null)
            return;
        json.WriteEndArray();
        json.WriteEndObject();
        _role = null;
    }

    private void NoteCache(Part part)
    {
        if (part.Cache is not null)
            call.Notes.Drop("cache_control");
    }

    /// <summary>Gemma has no system instruction, and a call must have contents: the words are the user's then.</summary>
    private bool SystemIsUsers() => model.IsGemma || call.Request.Messages.TrueForAll(static message => message.Role is Role.System or Role.Developer);
}
