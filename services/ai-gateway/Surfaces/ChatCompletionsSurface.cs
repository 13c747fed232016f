using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>POST /v1/chat/completions</c>: OpenAI Chat Completions, JSON and server-sent events.</summary>
internal sealed class ChatCompletionsSurface : ICallSurface
{
    public string Name => "chat_completions";

    public string Method => HttpMethods.Post;

    public string Route => "/v1/chat/completions";

    public WireFormat Format => WireFormat.OpenAiChat;

    public IErrorShape Errors => OpenAiErrors.Instance;

    public Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts) => ChatRequestScanner.Scan(body, out facts);
}
