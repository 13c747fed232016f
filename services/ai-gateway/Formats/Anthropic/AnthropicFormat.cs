using System.Buffers;
using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Anthropic Messages, on both sides.</summary>
internal sealed class AnthropicFormat : IClientFormat, IUpstreamFormat, IClientWireFormat
{
    public WireFormat Format => WireFormat.AnthropicMessages;

    public void ReadRequest(ConvertedCall call) => RequestReader.Read(call);

    public void WriteAnswer(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output) => AnswerWriter.Write(answer, call, output);

    public IAnswerEventWriter OpenWriter(ConvertedCall call) => new StreamWriter(call);

    public void WriteRequest(ConvertedCall call, IBufferWriter<byte> output) => RequestWriter.Write(call, output);

    public bool GivesOneAnswer => true;

    public ChatAnswer ReadAnswer(JsonElement answer, ConvertedCall call) => AnswerReader.Read(answer, call);

    public IAnswerEventReader OpenReader(ConvertedCall call) => new StreamReader(call);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => AnthropicAnswer.TryRead(json, ref facts);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => AnthropicAnswer.ReadFault(body);

    public AnswerStream OpenStream(bool hidesUsage) => new MessageStreamObserver();

    public TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail) => AnthropicAnswer.ReadUsageFromTail(tail);

    public UpstreamBody PassThrough(Exchange exchange, RouteCandidate candidate) => RenamedBody(exchange, candidate);

    /// <summary>The client's bytes with the model's name as the provider knows it.</summary>
    public static UpstreamBody RenamedBody(Exchange exchange, RouteCandidate candidate)
    {
        ref var facts = ref exchange.Facts;
        return new UpstreamBody(
            exchange.Body.Written,
            string.Equals(candidate.UpstreamModel, facts.Model, StringComparison.Ordinal) ? [] : [new Edit(facts.ModelPiece, candidate.UpstreamModelJson)]);
    }
}
