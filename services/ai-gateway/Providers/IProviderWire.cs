using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>How one kind of provider is spoken to: request, answer, stream, error. Stateless; a provider type is one class and its test.</summary>
internal interface IProviderWire
{
    /// <summary>The provider types that speak this.</summary>
    IReadOnlyList<string> ProviderTypes { get; }

    /// <summary>True when a surface's requests can go to such a provider.</summary>
    bool Serves(ICallSurface surface);

    /// <summary>Where such a provider takes calls.</summary>
    Uri CallUrl(Uri baseUrl);

    /// <summary>The bytes to send for this candidate.</summary>
    UpstreamBody Body(Exchange exchange, RouteCandidate candidate);

    /// <summary>One attempt's request, credentials included.</summary>
    HttpRequestMessage Request(Exchange exchange, RouteCandidate candidate, UpstreamBody body, UpstreamKey? key);

    /// <summary>Reads usage and finish reason from a whole JSON answer; false when it is not valid.</summary>
    bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts);

    /// <summary>Reads a stream's events as they pass; one for each stream.</summary>
    AnswerStream OpenStream(Exchange exchange);

    /// <summary>What the provider says in an error's body.</summary>
    ProviderFault ReadFault(ReadOnlySpan<byte> body);
}

/// <summary>What an answer tells about itself.</summary>
internal struct AnswerFacts
{
    public TokenUsage? Usage { get; set; }

    public string? FinishReason { get; set; }
}

/// <summary>A provider's error in its own words; each may be missing.</summary>
internal readonly record struct ProviderFault(string? Message, string? Type, string? Code, string? Param);
