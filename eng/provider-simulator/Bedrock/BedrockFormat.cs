using System.Text.Json;
using ThinkWatch.ProviderSimulator.Scenario;
using ThinkWatch.ProviderSimulator.Serving;

namespace ThinkWatch.ProviderSimulator.Bedrock;

/// <summary>Bedrock's Converse and ConverseStream: <c>POST /model/{id}/converse</c> and <c>/converse-stream</c>, signed.</summary>
internal sealed class BedrockFormat(bool stream) : WireFormat
{
    public override string StreamContentType => "application/vnd.amazon.eventstream";

    public override void Authenticate(HttpContext http, byte[] body, string? requiredKey) => AwsSignature.Verify(http, body);

    public override Prompt Read(HttpContext http, JsonElement root) => BedrockRequest.Read(root, ModelOf(http), stream);

    public override void WriteJson(Utf8JsonWriter json, Answer answer) => BedrockJson.Write(json, answer);

    public override IEnumerable<bool> Stream(Answer answer, EventBuffer events) => new BedrockStream(answer, events).Write();

    public override void Head(HttpContext http, long sequence) => http.Response.Headers["x-amzn-requestid"] = "req-sim-" + sequence;

    public override void WriteError(HttpContext http, Utf8JsonWriter json, Refused error)
    {
        http.Response.Headers["x-amzn-errortype"] = error.Code ?? TypeOf(error.Status);
        json.WriteStartObject();
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }

    public override void WriteErrorEvent(EventBuffer events, Answer answer)
    {
        var frame = new EventFrame();
        frame.Begin().WriteString("message", "The model produced an error while streaming.");
        frame.EndException(events, "modelStreamErrorException");
    }

    public override void WriteMalformed(EventBuffer events) => new EventFrame().WriteCorrupt(events);

    /// <summary>A model id or an ARN, whose slashes come encoded.</summary>
    public static string ModelOf(HttpContext http) => Uri.UnescapeDataString((string)http.Request.RouteValues["id"]!);

    private static string TypeOf(int status) => status switch
    {
        400 => "ValidationException",
        403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 => "ModelTimeoutException",
        424 => "ModelErrorException",
        429 => "ThrottlingException",
        503 or 529 => "ServiceUnavailableException",
        _ => "InternalServerException",
    };
}
