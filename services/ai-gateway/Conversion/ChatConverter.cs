using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.FanOut;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.StoredResponses;
using ThinkWatch.AiGateway.Thoughts;

namespace ThinkWatch.AiGateway.Conversion;

/// <summary>Any client's chat format to any provider's, by way of <see cref="ChatRequest"/> and <see cref="ChatAnswer"/>.</summary>
internal sealed class ChatConverter(IEnumerable<IClientFormat> clients, IEnumerable<IUpstreamFormat> upstreams, ThoughtMemory? thoughts = null) : IConverter
{
    /// <summary>More answers than that are more calls at once than one client may cause.</summary>
    private const int MostCalls = 8;

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
            TakesBeta = upstream.BetasOf(candidate.UpstreamModel),
            Thoughts = exchange.Thoughts ?? [],
            Keep = KeepOf(client.Format, exchange),
            ClientHeaders = exchange.Http.Request.Headers,
        };
        try
        {
            client.ReadRequest(call);
            var calls = upstream.GivesOneAnswer ? TakeChoices(call) : 1;
            upstream.WriteRequest(call, output);
            return new ChatConversion(client, upstream, call, calls);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>Chat has no place for signed thoughts of its own: its plain clients do not send them back.</summary>
    private Action<IReadOnlyList<Part>>? KeepOf(WireFormat client, Exchange exchange)
    {
        if (thoughts is null || client != WireFormat.OpenAiChat)
            return null;
        var owner = ResponseOwner.Of(exchange);
        return turn => exchange.Keeping = Task.WhenAll(exchange.Keeping ?? Task.CompletedTask, thoughts.KeepAsync(owner, turn));
    }

    /// <summary>How many answers are wanted of a provider that gives one: its request does not say so.</summary>
    private static int TakeChoices(ConvertedCall call)
    {
        if (call.Request.Sampling.Choices is not { } wanted || wanted <= 1)
            return 1;
        if (wanted > MostCalls)
            throw new ConversionException($"This model's provider gives one answer to a call: between 1 and {MostCalls} can be asked for at once.", "n");
        call.Request.Sampling.Choices = null;
        return wanted;
    }

    private sealed class ChatConversion(IClientFormat client, IUpstreamFormat upstream, ConvertedCall call, int calls) : IConversion
    {
        public ConversionNotes Notes => call.Notes;

        public int Calls => calls;

        public IEventFraming OpenFraming() => upstream.OpenReader(call).Framing;

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

        public (IAnswerEventReader Reader, IAnswerEventWriter Writer) OpenStream()
        {
            var reader = calls > 1 ? new InterleavedReader(calls, () => upstream.OpenReader(call)) : upstream.OpenReader(call);
            return (call.Keep is { } keep ? new ThoughtfulReader(reader, keep) : reader, client.OpenWriter(call));
        }

        public void Dispose() => call.Dispose();

        private ChatAnswer Read(JsonDocument json, ref AnswerFacts facts)
        {
            var read = calls > 1 ? Join([.. json.RootElement.EnumerateArray().Select(answer => upstream.ReadAnswer(answer, call))]) : upstream.ReadAnswer(json.RootElement, call);
            facts.Usage = read.Usage;
            foreach (var choice in call.Keep is null ? [] : read.Choices)
                call.Keep!(choice.Parts);
            facts.FinishReason = read.Choices.Count > 0 ? read.Choices[0].Finish?.Raw : null;
            return read;
        }

        /// <summary>The answers as one of several choices, its usage that of all.</summary>
        private static ChatAnswer Join(ChatAnswer[] answers)
        {
            var joined = new ChatAnswer { Id = answers[0].Id, Model = answers[0].Model, ServiceTier = answers[0].ServiceTier };
            foreach (var answer in answers)
                joined.Choices.Add(answer.Choices.FirstOrDefault() ?? new AnswerChoice());
            if (Array.Exists(answers, static answer => answer.Usage is not null))
                joined.Usage = TokenUsage.Sum(answers.Select(static answer => answer.Usage));
            return joined;
        }
    }
}
