using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>POST /v1/messages</c>: Anthropic Messages, JSON and named server-sent events.</summary>
internal sealed class MessagesSurface : ICallSurface
{
    public string Name => "messages";

    public string Method => HttpMethods.Post;

    public string Route => "/v1/messages";

    public IErrorShape Errors => AnthropicErrors.Instance;

    public WireFormat Format => WireFormat.AnthropicMessages;

    public Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts) => MessagesRequestScanner.Scan(body, counts: false, out facts);
}
