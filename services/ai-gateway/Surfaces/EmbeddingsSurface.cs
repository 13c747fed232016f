using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;

namespace ThinkWatch.AiGateway.Surfaces;

/// <summary><c>POST /v1/embeddings</c>: OpenAI Embeddings.</summary>
internal sealed class EmbeddingsSurface : ICallSurface
{
    public string Name => "embeddings";

    public string Method => HttpMethods.Post;

    public string Route => "/v1/embeddings";

    public WireFormat Format => WireFormat.OpenAiEmbeddings;

    public IErrorShape Errors => OpenAiErrors.Instance;

    public Refusal? Scan(ReadOnlySpan<byte> body, out RequestFacts facts) => EmbeddingsRequestScanner.Scan(body, out facts);
}
