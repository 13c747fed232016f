using System.Text.Json;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Formats.Anthropic;

/// <summary>Anthropic's counting of tokens, which uses none and has no streams.</summary>
internal sealed class CountTokensFormat : IClientWireFormat
{
    public WireFormat Format => WireFormat.AnthropicCountTokens;

    public bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts)
    {
        facts.Usage = default(TokenUsage);
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public ProviderFault ReadFault(ReadOnlySpan<byte> body) => AnthropicAnswer.ReadFault(body);

    public AnswerStream OpenStream(bool hidesUsage) => new MessageStreamObserver();

    public TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail) => default(TokenUsage);

    public UpstreamBody PassThrough(Exchange exchange, RouteCandidate candidate) => AnthropicFormat.RenamedBody(exchange, candidate);
}
