using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Formats.Responses;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>POST /v1/responses</c>: OpenAI Responses, JSON and typed server-sent events.</summary>
internal sealed class ResponsesSurface : ICallSurface
{
    public string Name => "responses";

    public string Method => HttpMethods.Post;

    public string Route => "/v1/responses";

    public IErrorShape Errors => ResponsesErrors.Instance;

    public WireFormat Format => WireFormat.OpenAiResponses;

    public Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts) => ResponsesRequestScanner.Scan(body, out facts);
}
