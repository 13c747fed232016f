using System.Text.Json;
using ThinkWatch.Edge.Routing;

namespace ThinkWatch.Edge.Forwarding;

/// <summary>What edge itself says no to, in the shape that the caller's client understands.</summary>
internal static class Refusals
{
    private const string Away = "The service behind this address is not available. Try again in a moment.";

    public static Task UnavailableAsync(HttpContext http, EdgeRoute route)
    {
        http.Response.Headers.RetryAfter = "1";
        return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, route.Dialect, "service_unavailable", Away);
    }

    public static Task NotFoundAsync(HttpContext http, Door door) => WriteAsync(
        http, StatusCodes.Status404NotFound, door == Door.Gateway ? Dialect.OpenAi : Dialect.Problem, "not_found",
        door == Door.Gateway ? "Nothing is served at this path. AI surfaces are under /v1, MCP is at /mcp." : "Nothing is served at this path.");

    private static async Task WriteAsync(HttpContext http, int status, Dialect dialect, string code, string message)
    {
        var response = http.Response;
        response.Clear();
        response.StatusCode = status;
        SecurityHeaders.Apply(http);
        response.ContentType = dialect == Dialect.Problem ? "application/problem+json" : "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        switch (dialect)
        {
            case Dialect.OpenAi:
                json.WriteStartObject("error");
                json.WriteString("message", message);
                json.WriteString("type", status == StatusCodes.Status404NotFound ? "invalid_request_error" : "server_error");
                json.WriteNull("param");
                json.WriteString("code", code);
                json.WriteEndObject();
                break;
            case Dialect.Anthropic:
                json.WriteString("type", "error");
                json.WriteStartObject("error");
                json.WriteString("type", status == StatusCodes.Status404NotFound ? "not_found_error" : "api_error");
                json.WriteString("message", message);
                json.WriteEndObject();
                break;
            case Dialect.JsonRpc:
                json.WriteString("jsonrpc", "2.0");
                json.WriteNull("id");
                json.WriteStartObject("error");
                json.WriteNumber("code", -32603);
                json.WriteString("message", message);
                json.WriteEndObject();
                break;
            default:
                json.WriteString("type", "about:blank");
                json.WriteString("title", code);
                json.WriteNumber("status", status);
                json.WriteString("detail", message);
                break;
        }

        json.WriteEndObject();
    }
}
