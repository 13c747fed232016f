using System.Text.Json;

namespace ThinkWatch.ProviderSimulator;

/// <summary>Errors in OpenAI's shape.</summary>
internal static class SimulatedErrors
{
    public static Task WriteAsync(HttpContext http, int status, int retryAfterSeconds)
    {
        if (retryAfterSeconds >= 0)
            http.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var (type, code) = status switch
        {
            400 or 404 or 409 or 413 or 422 => ("invalid_request_error", null),
            401 => ("invalid_request_error", "invalid_api_key"),
            403 => ("permission_error", "insufficient_permissions"),
            429 => ("requests", "rate_limit_exceeded"),
            _ => ("server_error", (string?)null),
        };
        return WriteAsync(http, status, $"Simulated error {status}.", type, code);
    }

    public static async Task WriteAsync(HttpContext http, int status, string message, string type, string? code)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteStartObject("error");
        writer.WriteString("message", message);
        writer.WriteString("type", type);
        writer.WriteNull("param");
        writer.WriteString("code", code);
        writer.WriteEndObject();
        writer.WriteEndObject();
        await writer.FlushAsync(http.RequestAborted);
    }
}
