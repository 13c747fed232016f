using System.Buffers;
using System.Text.Json;
using ThinkWatch.McpGateway.Access;
using ThinkWatch.McpGateway.Methods;
using ThinkWatch.McpGateway.Protocol;
using ThinkWatch.Settings;

namespace ThinkWatch.McpGateway;

/// <summary>
/// <c>POST /mcp</c> (Streamable HTTP): one message, or a batch where the revision has them; answered as JSON, or as one server-sent event when
/// the client accepts nothing else.
/// </summary>
internal sealed class McpEndpoint(Admission admission, MethodTable methods, ISettings settings)
{
    private const int MaxDepth = 64;
    private const int MaxBatch = 100;
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = MaxDepth };

    public async Task PostAsync(HttpContext http)
    {
        if (await admission.AdmitAsync(http) is { } refusal)
        {
            await RefuseAsync(http, refusal.Status, refusal.Code, refusal.Message);
            return;
        }

        var revision = http.Request.Headers["MCP-Protocol-Version"] is [{ Length: > 0 } named] ? named : Revisions.Assumed;
        if (!Revisions.IsKnown(revision))
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, ErrorCodes.UnsupportedProtocolVersion, $"This protocol revision is not spoken here. Spoken are: {Revisions.Discovering}, {string.Join(", ", Revisions.Initializing)}.");
            return;
        }

        if (Accepts(http.Request) is not { } contentType)
        {
            await RefuseAsync(http, StatusCodes.Status406NotAcceptable, ErrorCodes.InvalidRequest, "Accept must name application/json or text/event-stream.");
            return;
        }

        using var body = await ReadAsync(http, settings.Get(SettingsRegistry.Mcp.BodyLimitBytes));
        if (body is null) return;
        await AnswerAsync(http, body.RootElement, revision, contentType);
    }

    public async Task NoSessionAsync(HttpContext http)
    {
        if (await admission.AdmitAsync(http) is { } refusal)
        {
            await RefuseAsync(http, refusal.Status, refusal.Code, refusal.Message);
            return;
        }

        http.Response.Headers.Allow = "POST";
        await RefuseAsync(http, StatusCodes.Status405MethodNotAllowed, ErrorCodes.InvalidRequest, "This endpoint takes POST.");
    }

    private async Task AnswerAsync(HttpContext http, JsonElement root, string revision, string contentType)
    {
        var batch = root.ValueKind == JsonValueKind.Array;
        if (batch && (revision != Revisions.Assumed || root.GetArrayLength() is 0 or > MaxBatch))
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, $"A batch is taken in revision {Revisions.Assumed} only, with 1 to {MaxBatch} messages.");
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        var answers = 0;
        var invalid = false;
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (batch) json.WriteStartArray();
            foreach (var element in batch ? root.EnumerateArray().AsEnumerable() : [root])
            {
                answers += Answer(json, element, revision, out var bad);
                invalid |= bad;
            }

            if (batch) json.WriteEndArray();
        }

        if (answers == 0)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        if (invalid && !batch) http.Response.StatusCode = StatusCodes.Status400BadRequest;
        await WriteAsync(http, buffer.WrittenMemory, contentType);
    }

    /// <summary>Writes the answer to one message, if it asks for one; says how many were written.</summary>
    private int Answer(Utf8JsonWriter json, JsonElement element, string revision, out bool invalid)
    {
        invalid = RpcMessage.Of(element) is null;
        if (RpcMessage.Of(element) is not { } message)
        {
            RpcWriter.Error(json, null, ErrorCodes.InvalidRequest, "This is not a JSON-RPC 2.0 message.");
            return 1;
        }

        if (message.IsResponse || message.Id is not { } id) return 0;
        try
        {
            RpcWriter.Result(json, id, methods.Answer(message, revision));
        }
        catch (RpcException e)
        {
            RpcWriter.Error(json, id, e.Code, e.Message);
        }

        return 1;
    }

    private static async Task<JsonDocument?> ReadAsync(HttpContext http, long limit)
    {
        if (http.Request.ContentLength > limit) return await TooLargeAsync(http, limit);
        var buffer = new ArrayBufferWriter<byte>((int)Math.Clamp(http.Request.ContentLength ?? 4096, 256, 1 << 20));
        while (true)
        {
            var result = await http.Request.BodyReader.ReadAsync(http.RequestAborted);
            foreach (var segment in result.Buffer) buffer.Write(segment.Span);
            http.Request.BodyReader.AdvanceTo(result.Buffer.End);
            if (buffer.WrittenCount > limit) return await TooLargeAsync(http, limit);
            if (result.IsCompleted) break;
        }

        try
        {
            return JsonDocument.Parse(buffer.WrittenMemory, Reading);
        }
        catch (JsonException)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, ErrorCodes.ParseError, $"The body is not JSON, or deeper than {MaxDepth} levels.");
            return null;
        }
    }

    private static async Task<JsonDocument?> TooLargeAsync(HttpContext http, long limit)
    {
        http.Response.Headers.Connection = "close";
        await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, ErrorCodes.InvalidRequest, $"The body is larger than {limit} bytes.");
        return null;
    }

    /// <summary>The content type of the answer, JSON where the client leaves the choice; null when it accepts neither.</summary>
    private static string? Accepts(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0 || accept.Contains("*/*", StringComparison.Ordinal) || accept.Contains("application/json", StringComparison.OrdinalIgnoreCase)
            || accept.Contains("application/*", StringComparison.OrdinalIgnoreCase)) return "application/json";
        return accept.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) ? "text/event-stream" : null;
    }

    private static async Task RefuseAsync(HttpContext http, int status, int code, string message)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer)) RpcWriter.Error(json, null, code, message);
        await WriteAsync(http, buffer.WrittenMemory, "application/json");
    }

    private static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> json, string contentType)
    {
        http.Response.ContentType = contentType;
        if (contentType == "application/json")
        {
            await http.Response.BodyWriter.WriteAsync(json, http.RequestAborted);
            return;
        }

        var writer = http.Response.BodyWriter;
        writer.Write("event: message\ndata: "u8);
        writer.Write(json.Span);
        writer.Write("\n\n"u8);
        await writer.FlushAsync(http.RequestAborted);
    }
}
