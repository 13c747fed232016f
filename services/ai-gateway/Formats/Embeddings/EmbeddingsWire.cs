using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Formats.OpenAiChat;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Formats.Embeddings;

/// <summary>OpenAI's embeddings as they pass through. Their usage has the prompt's tokens only.</summary>
internal sealed class EmbeddingsWire : IClientWireFormat
{
    public WireFormat Format => WireFormat.OpenAiEmbeddings;

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => OpenAiAnswer.TryRead(json, ref facts);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => OpenAiAnswer.ReadFault(body);

    /// <summary>Embeddings are not streamed; should a provider do it all the same, its events are OpenAI's.</summary>
    public AnswerStream OpenStream(bool hidesUsage) => new ChatStreamObserver(hidesUsage);

    public TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail) => OpenAiAnswer.ReadUsageFromTail(tail);

    public UpstreamBody PassThrough(Exchange exchange, RouteCandidate candidate)
    {
        ref var facts = ref exchange.Facts;
        return new UpstreamBody(
            exchange.Body.Written,
            string.Equals(candidate.UpstreamModel, facts.Model, StringComparison.Ordinal) ? [] : [new Edit(facts.ModelPiece, candidate.UpstreamModelJson)]);
    }
}
