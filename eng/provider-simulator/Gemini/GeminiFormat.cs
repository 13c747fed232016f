using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Gemini;

/// <summary>Google's Gemini API: <c>POST /v1beta/models/{model}:generateContent</c> and <c>:streamGenerateContent?alt=sse</c>. The key is never in the URL.</summary>
internal sealed class GeminiFormat : WireFormat
{
    public const string StreamMethod = "streamGenerateContent";

    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey)
    {
        if (http.Request.Query.ContainsKey("key"))
            throw Refused.Invalid("The simulator refuses a key in the URL: it ends in logs. Use the header x-goog-api-key.");
        var key = Credentials.Header(http, "x-goog-api-key")
            ?? throw new Refused(403, "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.");
        if (!Credentials.Suffices(key, requiredKey))
            throw new Refused(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID");
    }

    public override Prompt Read(HttpContext http, JsonElement root)
    {
        var (model, method) = Target(http);
        if (method == StreamMethod && http.Request.Query["alt"] != "sse")
            throw Refused.Invalid("The simulator streams server-sent events only: add alt=sse.");
        return GeminiRequest.Read(root, model, method == StreamMethod);
    }

    public override void WriteJson(Utf8JsonWriter json, Answer answer) => GeminiJson.Write(json, answer);

    public override IEnumerable<bool> Stream(Answer answer, EventBuffer events) => new GeminiStream(answer, events).Write();

    public override void Head(HttpContext http, long sequence) => http.Response.Headers["x-gemini-service-tier"] = "standard";

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error)
    {
        json.WriteStartObject();
        WriteErrorMember(json, error);
        json.WriteEndObject();
    }

    public override void WriteErrorEvent(EventBuffer events, Answer answer)
    {
        WriteErrorMember(events.Begin(), new Refused(503, "The model is overloaded. Please try again later."));
        events.End();
    }

    public override void WriteMalformed(EventBuffer events) => events.Raw("data: {\"candidates\": [{\"content\"\r\n\r\n"u8);

    /// <summary><c>:countTokens</c>, of contents or of a whole request.</summary>
    public static Task CountAsync(HttpContext http, JsonElement root, Call call)
    {
        call.Model = Target(http).Model;
        var request = root.Get("generateContentRequest");
        if (request.ValueKind != JsonValueKind.Undefined && request.Text("model") != "models/" + call.Model)
            throw Refused.Invalid("* CountTokensRequest.generate_content_request.model: must match the model of the path");
        var prompt = GeminiRequest.Read(request.ValueKind == JsonValueKind.Undefined ? root : request, call.Model, stream: false);
        return JsonBody.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("totalTokens", Math.Max(1, (prompt.Characters + 3) / 4));
            json.WriteEndObject();
        });
    }

    /// <summary>Model and method of a path that ends in <c>models/{model}:{method}</c>.</summary>
    public static (string Model, string Method) Target(HttpContext http)
    {
        var target = (string)http.Request.RouteValues["target"]!;
        var colon = target.LastIndexOf(':');
        return colon < 0 ? (target, "") : (target[..colon], target[(colon + 1)..]);
    }

    private static void WriteErrorMember(Utf8JsonWriter json, Refused error)
    {
        json.WriteStartObject("error");
        json.WriteNumber("code", error.Status);
        json.WriteString("message", error.Message);
        json.WriteString("status", error.Status switch
        {
            400 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            499 => "CANCELLED",
            500 => "INTERNAL",
            503 or 529 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            _ => "UNKNOWN",
        });
        if (error.Code is not null)
        {
            json.WriteStartArray("details");
            json.WriteStartObject();
            json.WriteString("@type", "type.googleapis.com/google.rpc.ErrorInfo");
            json.WriteString("reason", error.Code);
            json.WriteString("domain", "googleapis.com");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
