using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Providers;

/// <summary>How one type of provider is reached: addresses, credentials, and the formats that it speaks. Stateless, or safe for concurrent calls.</summary>
internal interface IProviderType
{
    /// <summary>The <c>provider_type</c>s that are reached so.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The format in which a client's request goes to <paramref name="upstream"/>: the same when it passes through, another when it is converted, null when
    /// such a provider cannot answer it.
    /// </summary>
    WireFormat? FormatFor(WireFormat client, Upstream upstream);

    /// <summary>Where a call goes. Asked once for each candidate, format and way of answering; never holds a secret.</summary>
    Uri CallUrl(Upstream upstream, WireFormat format, string upstreamModel, bool stream);

    /// <summary>Gives one attempt's request its credentials and the type's own headers. Administrators' extra headers and the body are there already.</summary>
    ValueTask AuthorizeAsync(HttpRequestMessage request, UpstreamBody body, Exchange exchange, RouteCandidate candidate, UpstreamKey? key);
}
