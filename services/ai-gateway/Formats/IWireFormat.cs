using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>What the gateway can tell about answers in one format without converting them. Stateless; one class a format.</summary>
internal interface IWireFormat
{
    WireFormat Format { get; }

    /// <summary>Reads usage and finish reason from a whole JSON answer; false when it is not valid.</summary>
    bool TryReadAnswer(ReadOnlySpan<byte> json, ref AnswerFacts facts);

    /// <summary>What a provider says in an error's body.</summary>
    ProviderFault ReadFault(ReadOnlySpan<byte> body);
}

/// <summary>A format that clients speak: its answers are followed as they pass to the client, whoever made them.</summary>
internal interface IClientWireFormat : IWireFormat
{
    /// <summary>Follows one stream of server-sent events on its way to the client.</summary>
    /// <param name="hidesUsage">Usage was asked for on the client's behalf: an event that only carries it is not for the client.</param>
    AnswerStream OpenStream(bool hidesUsage);

    /// <summary>Reads usage from the end of an answer too large to be held; null when it is not there.</summary>
    Accounting.TokenUsage? ReadUsageFromTail(ReadOnlySpan<byte> tail);

    /// <summary>The client's own bytes for a provider that speaks the same format: only what must differ is patched.</summary>
    UpstreamBody PassThrough(Pipeline.Exchange exchange, Routing.RouteCandidate candidate);
}
