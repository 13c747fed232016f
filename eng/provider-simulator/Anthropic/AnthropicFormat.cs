using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Anthropic;

/// <summary>Anthropic's Messages API: <c>POST /v1/messages</c>.</summary>
internal sealed class AnthropicFormat : WireFormat
{
    private const string RequestId = "request-id";

    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey)
    {
        var key = Credentials.Header(http, "x-api-key") ?? Credentials.Bearer(http)
            ?? throw new Refused(401, "x-api-key header is required");
        if (!Credentials.Suffices(key, requiredKey))
            throw new Refused(401, "invalid x-api-key");
        var version = Credentials.Header(http, "anthropic-version") ?? throw Refused.Invalid("anthropic-version: header is required");
        if (version is not ("2023-01-01" or "2023-06-01" or AnthropicRequest.VersionWithoutSampling))
            throw Refused.Invalid($"anthropic-version: \"{version}\" is not a valid version");
    }

    public override Prompt Read(HttpContext http, JsonElement root) => AnthropicRequest.Read(http, root, counting: false);

    public override void WriteJson(Utf8JsonWriter json, Answer answer) => AnthropicJson.Write(json, answer);

    public override IEnumerable<bool> Stream(Answer answer, EventBuffer events) => new AnthropicStream(answer, events).Write();

    public override void Head(HttpContext http, long sequence) => http.Response.Headers[RequestId] = "req_sim_" + sequence;

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error)
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        WriteErrorMember(json, TypeOf(error.Status), error.Message);
        json.WriteString("request_id", http.Response.Headers[RequestId].ToString());
        json.WriteEndObject();
    }

    public override void WriteErrorEvent(EventBuffer events, Answer answer)
    {
        var json = events.Begin("error");
        WriteErrorMember(json, "overloaded_error", "Overloaded");
        events.End();
    }

    public override void WriteMalformed(EventBuffer events) => events.Raw("event: content_block_delta\ndata: {\"type\":\"content_block_del\n\n"u8);

    /// <summary><c>POST /v1/messages/count_tokens</c>.</summary>
    public static Task CountAsync(HttpContext http, JsonElement root, Call call)
    {
        var prompt = AnthropicRequest.Read(http, root, counting: true);
        call.Model = prompt.Model;
        return JsonBody.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("input_tokens", Math.Max(1, (prompt.Characters + 3) / 4));
            json.WriteEndObject();
        });
    }

    private static void WriteErrorMember(Utf8JsonWriter json, string type, string message)
    {
        json.WriteStartObject("error");
        json.WriteString("type", type);
        json.WriteString("message", message);
        json.WriteEndObject();
    }

    private static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
