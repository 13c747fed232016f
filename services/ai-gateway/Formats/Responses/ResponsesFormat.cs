using System.Buffers;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Conversion;
using ThinkWatch.AiGateway.Formats.OpenAiChat;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Formats.Responses;

/// <summary>OpenAI Responses: a format of clients. Providers that speak it get their bytes untouched, the others a conversion.</summary>
internal sealed class ResponsesFormat : IClientFormat, IClientWireFormat
{
    public WireFormat Format => WireFormat.OpenAiResponses;

    public void ReadRequest(ConvertedCall call) => RequestReader.Read(call);

    public void WriteAnswer(ChatAnswer answer, ConvertedCall call, IBufferWriter<byte> output) => AnswerWriter.Write(answer, call, output);

    public IAnswerEventWriter OpenWriter(ConvertedCall call) => new StreamWriter(call);

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts) => ResponsesAnswer.TryRead(json, ref facts, out _);

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => OpenAiAnswer.ReadFault(body);

    public AnswerStream OpenStream(bool hidesUsage) => new ResponsesStreamObserver();

    public TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail) => ResponsesAnswer.ReadUsageFromTail(tail);

    public UpstreamBody PassThrough(Exchange exchange, RouteCandidate candidate) => new(exchange.Body.Written, PassThroughEdits.Of(exchange, candidate));
}
