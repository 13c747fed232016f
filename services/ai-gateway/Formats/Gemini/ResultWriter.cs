using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats.Gemini;

/// <summary>
/// Writes a tool's result as <c>functionResponse</c>: its text under <c>output</c> or <c>error</c>, its media as the response's own parts where the model
/// knows them (https://ai.google.dev/gemini-api/docs/function-calling#multimodal), else beside it.
/// </summary>
internal sealed class ResultWriter(ConvertedCall call, GeminiModel model, Utf8JsonWriter json)
{
    public void Write(ToolResultPart result)
    {
        var made = ToolNames.NameOfCall(call.Request, result.CallId);
        var name = made?.Name ?? result.Name
            ?? throw new ConversionException($"The tool result '{result.CallId}' answers no tool call of this conversation.", "messages");
        json.WriteStartObject();
        json.WriteStartObject("functionResponse"u8);
        if (!CallIds.IsMade(result.CallId))
            json.WriteString("id"u8, result.CallId);
        json.WriteString("name"u8, FunctionNames.ToUpstream(call, made?.Namespace, name));
        json.WriteStartObject("response"u8);
        json.WriteString(result.IsError ? "error"u8 : "output"u8, TextOf(result));
        json.WriteEndObject();
        WriteInnerMedia(result);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteOuterMedia(result);
    }

    private void WriteInnerMedia(ToolResultPart result)
    {
        var isOpen = false;
        foreach (var part in result.Content)
        {
            if (MediaOf(part) is not { } media || !IsInner(media))
                continue;
            if (!isOpen)
                json.WriteStartArray("parts"u8);
            isOpen = true;
            MediaWriter.Write(json, media, part is ImagePart ? "image/jpeg" : "application/pdf");
        }

        if (isOpen)
            json.WriteEndArray();
    }

    private void WriteOuterMedia(ToolResultPart result)
    {
        foreach (var part in result.Content)
        {
            if (MediaOf(part) is not { } media || IsInner(media))
                continue;
            call.Notes.Change("tool_result.media");
            MediaWriter.Write(json, media, part is ImagePart ? "image/jpeg" : "application/pdf");
        }
    }

    /// <summary>Addresses are refused inside results.</summary>
    private bool IsInner(Media media) => model.IsThird && media.Base64 is not null;

    private static Media? MediaOf(Part part) => part switch
    {
        ImagePart image => image.Media,
        FilePart file => file.Media,
        AudioPart audio => audio.Media,
        _ => null,
    };

    private string TextOf(ToolResultPart result)
    {
        string? text = null;
        foreach (var part in result.Content)
        {
            if (part.Cache is not null)
                call.Notes.Drop("cache_control");
            if (part is ImagePart { Detail: not (null or "auto") })
                call.Notes.Drop("detail");
            var more = part switch { TextPart said => said.Text, RefusalPart refused => refused.Text, _ => null };
            if (more is not null)
                text = text is null ? more : text + "\n" + more;
        }

        return text ?? "";
    }
}
