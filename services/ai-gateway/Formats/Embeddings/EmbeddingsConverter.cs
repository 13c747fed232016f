using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Accounting.Tokens;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Formats.Embeddings;

/// <summary>OpenAI's embeddings to any provider's.</summary>
internal sealed class EmbeddingsConverter(IEnumerable<IEmbeddingsUpstream> upstreams) : IConverter
{
    private readonly Dictionary<WireFormat, IEmbeddingsUpstream> _upstreams = upstreams.ToDictionary(static upstream => upstream.Format);

    public IEnumerable<(WireFormat Client, WireFormat Upstream)> Pairs => _upstreams.Keys.Select(static upstream => (WireFormat.OpenAiEmbeddings, upstream));

    public IConversion Convert(Exchange exchange, RouteCandidate candidate, WireFormat target, PooledBuffer output)
    {
        using var source = JsonDocument.Parse(exchange.Body.Written, new JsonDocumentOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
        var request = EmbeddingsReader.Read(source.RootElement, exchange.Facts.Model, candidate.UpstreamModel);
        var upstream = _upstreams[target];
        upstream.WriteRequest(request, output);
        return new EmbeddingsConversion(upstream, request);
    }

    private sealed class EmbeddingsConversion(IEmbeddingsUpstream upstream, EmbeddingsRequest request) : IConversion
    {
        public ConversionNotes Notes => request.Notes;

        public void ConvertAnswer(ReadOnlyMemory<byte> answer, IBufferWriter<byte> output, ref AnswerFacts facts)
        {
            using var json = JsonDocument.Parse(answer);
            var read = upstream.ReadAnswer(json.RootElement, request);
            if (read.Vectors.Count != request.Inputs.Count)
                throw new JsonException("The answer does not hold one vector for each input.");
            if (read.InputTokens is { } tokens)
                facts.Usage = new TokenUsage(tokens, 0, 0, 0, 0);
            EmbeddingsWriter.Write(read, request, read.InputTokens ?? Estimate(), output);
        }

        public void StreamAnswer(ReadOnlyMemory<byte> answer, IBufferWriter<byte> output, ref AnswerFacts facts) =>
            throw new NotSupportedException("Embeddings are not streamed.");

        public (IAnswerEventReader Reader, IAnswerEventWriter Writer) OpenStream() => throw new NotSupportedException("Embeddings are not streamed.");

        public void Dispose()
        {
        }

        private long Estimate()
        {
            var encoding = TokenCounter.EncodingOf(request.UpstreamModel);
            return request.Inputs.Sum(input => (long)TokenCounter.Count(input, encoding));
        }
    }
}
