using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>{"error":{message,type,param,code}}</c>, as https://platform.openai.com/docs/guides/error-codes describes it.</summary>
internal sealed class OpenAiErrors : IErrorShape
{
    public static readonly OpenAiErrors Instance = new();

    private static readonly SearchValues<char> s_word = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    // The body is JSON of type application/json: nothing in it needs to survive inside HTML.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Write(IBufferWriter<byte> output, Refusal refusal)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, refusal.Message);
        json.WriteString("type"u8, TypeOf(refusal));
        json.WriteString("param"u8, refusal.Param);
        json.WriteString("code"u8, refusal.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void WriteEvent(IBufferWriter<byte> output, Refusal refusal)
    {
        output.Write("data: "u8);
        Write(output, refusal);
        output.Write("\n\n"u8);
    }

    /// <summary>A provider's own word stays where it looks like OpenAI's; others' (<c>INVALID_ARGUMENT</c>, <c>ValidationException</c>) follow the status.</summary>
    private static string TypeOf(Refusal refusal)
    {
        if (!refusal.Type.AsSpan().ContainsAnyExcept(s_word))
            return refusal.Type;
        return refusal.Status switch
        {
            StatusCodes.Status401Unauthorized => "authentication_error",
            StatusCodes.Status403Forbidden => "permission_error",
            StatusCodes.Status429TooManyRequests => Refusals.RateLimit,
            >= 500 => "upstream_error",
            _ => Refusals.InvalidRequest,
        };
    }
}
