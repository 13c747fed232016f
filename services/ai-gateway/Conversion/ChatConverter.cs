using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>Any client's chat format to any provider's, by way of <see cref="ChatRequest"/> and <see cref="ChatAnswer"/>.</summary>
internal sealed class ChatConverter(IEnumerable<IClientFormat> clients, IEnumerable<IUpstreamFormat> upstreams) : IConverter
{
    private readonly Dictionary<WireFormat, IClientFormat> _clients = clients.ToDictionary(static client => client.Format);
    private readonly Dictionary<WireFormat, IUpstreamFormat> _upstreams = upstreams.ToDictionary(static upstream => upstream.Format);

    public IEnumerable<(WireFormat Client, WireFormat Upstream)> Pairs =>
        from client in _clients.Keys from upstream in _upstreams.Keys where client != upstream select (client, upstream);

    public IConversion Convert(Exchange exchange, RouteCandidate candidate, WireFormat target, PooledBuffer output)
    {
        var client = _clients[((Surfaces.ICallSurface)exchange.Surface).Format];
        var upstream = _upstreams[target];
        var source = JsonDocument.Parse(exchange.Body.Written, new JsonDocumentOptions { MaxDepth = Surfaces.ChatRequestScanner.MaxDepth });
        var call = new ConvertedCall(source, exchange.Facts.Model, candidate.UpstreamModel, exchange.IdText, exchange.CreatedAt)
        {
            ProviderType = candidate.Upstream.Type,
            Capabilities = candidate.Upstream.Capabilities,
            MaxOutputTokens = exchange.Model is { MaxOutputTokens: > 0 } model ? model.MaxOutputTokens : null,
            ClientHeaders = exchange.Http.Request.Headers,
        };
        try
        {
            client.ReadRequest(call);
            upstream.WriteRequest(call, output);
            return new ChatConversion(client, upstream, call);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private sealed class ChatConversion(IClientFormat client, IUpstreamFormat upstream, ConvertedCall call) : IConversion
    {
        public ConversionNotes Notes => call.Notes;

        public void ConvertAnswer(ReadOnlyMemory<byte> answer, IBufferWriter<byte> output, ref AnswerFacts facts)
        {
            using var json = JsonDocument.Parse(answer);
            var read = Read(json, ref facts);
            client.WriteAnswer(read, call, output);
        }

        public void StreamAnswer(ReadOnlyMemory<byte> answer, IBufferWriter<byte> output, ref AnswerFacts facts)
        {
            using var json = JsonDocument.Parse(answer);
            var writer = client.OpenWriter(call);
            foreach (var answerEvent in AnswerEvents.Of(Read(json, ref facts)))
                writer.Write(answerEvent, output);
            writer.WriteEnd(output);
        }

        public (IAnswerEventReader Reader, IAnswerEventWriter Writer) OpenStream() => (upstream.OpenReader(call), client.OpenWriter(call));

        public void Dispose() => call.Dispose();

        private ChatAnswer Read(JsonDocument json, ref AnswerFacts facts)
        {
            var read = upstream.ReadAnswer(json.RootElement, call);
            facts.Usage = read.Usage;
            facts.FinishReason = read.Choices.Count > 0 ? read.Choices[0].Finish?.Raw : null;
            return read;
        }
    }
}
