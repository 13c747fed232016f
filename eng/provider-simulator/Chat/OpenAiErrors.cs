using System.Text.Json;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Chat;

/// <summary>Errors in OpenAI's shape, which Azure shares.</summary>
internal static class OpenAiErrors
{
    public static void Write(Utf8JsonWriter json, Refused error)
    {
        json.WriteStartObject();
        WriteMember(json, error);
        json.WriteEndObject();
    }

    public static void WriteMember(Utf8JsonWriter json, Refused error)
    {
        var (type, code) = error.Status switch
        {
            400 or 404 or 409 or 413 or 422 => ("invalid_request_error", null),
            401 => ("invalid_request_error", "invalid_api_key"),
            403 => ("permission_error", "insufficient_permissions"),
            429 => ("requests", "rate_limit_exceeded"),
            _ => ("server_error", (string?)null),
        };
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", type);
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code ?? code);
        json.WriteEndObject();
    }
}
