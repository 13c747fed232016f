using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary>
/// <c>{"type":"error","error":{type,message},"request_id"}</c>, as https://docs.anthropic.com/en/api/errors describes it. The gateway's own code is where
/// Anthropic has its own: <c>error.details.error_code</c>.
/// </summary>
internal sealed class AnthropicErrors : IErrorShape
{
    public static readonly AnthropicErrors Instance = new();

    public void Write(IBufferWriter<byte> output, Refusal refusal) => Write(output, refusal, requestId: null);

    public void WriteEvent(IBufferWriter<byte> output, Refusal refusal) => WriteEvent(output, refusal, requestId: null);

    public void Write(IBufferWriter<byte> output, Refusal refusal, string? requestId)
    {
        using var json = new Utf8JsonWriter(output, JsonWrite.Options);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(refusal));
        json.WriteString("message"u8, refusal.Message);
        if (refusal.Code is { } code)
        {
            json.WriteStartObject("details"u8);
            json.WriteString("error_code"u8, code);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    public void WriteEvent(IBufferWriter<byte> output, Refusal refusal, string? requestId)
    {
        output.Write("event: error\ndata: "u8);
        Write(output, refusal, requestId);
        output.Write("\n\n"u8);
    }

    /// <summary>Clients choose what to do by it, so it follows the status, whoever refused.</summary>
    private static string TypeOf(Refusal refusal) => refusal.Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status402PaymentRequired => "billing_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status404NotFound => "not_found_error",
        StatusCodes.Status409Conflict => "conflict_error",
        StatusCodes.Status413PayloadTooLarge => "request_too_large",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        StatusCodes.Status408RequestTimeout or StatusCodes.Status504GatewayTimeout => "timeout_error",
        StatusCodes.Status503ServiceUnavailable or 529 => "overloaded_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "api_error",
    };
}
