using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>OpenAI's error object for whole answers, the typed <c>error</c> event for streams.</summary>
internal sealed class ResponsesErrors : IErrorShape
{
    public static readonly ResponsesErrors Instance = new();

    public void Write(IBufferWriter<byte> output, Refusal refusal) => OpenAiErrors.Instance.Write(output, refusal);

    public void WriteEvent(IBufferWriter<byte> output, Refusal refusal)
    {
        var sink = new EventSink();
        WriteMembers(sink.Begin(output, "error"u8), refusal.Type, refusal.Code, refusal.Message, refusal.Param);
        sink.End();
    }

    /// <summary>
    /// As documented (https://platform.openai.com/docs/api-reference/responses-streaming/error), and once more as <c>error</c>: that is where OpenAI's own
    /// clients look for what they throw.
    /// </summary>
    public static void WriteMembers(Utf8JsonWriter json, string? type, string? code, string message, string? param)
    {
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, message);
        json.WriteString("param"u8, param);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, type);
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, message);
        json.WriteString("param"u8, param);
        json.WriteEndObject();
    }
}
