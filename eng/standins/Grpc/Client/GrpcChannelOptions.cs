// Follows the API of Grpc.Net.Client 2.76.0: the part that this repository uses.
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>How a channel reaches its server. Sizes in bytes; null is no limit.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>The channel does not dispose it unless <see cref="DisposeHttpClient"/> says so.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Used in place of a handler. Its own timeout and base address do not apply to calls.</summary>
    public HttpClient? HttpClient { get; set; }

    public bool DisposeHttpClient { get; set; }

    public int? MaxReceiveMessageSize { get; set; } = GrpcProtocol.DefaultMaxReceiveMessageSize;

    public int? MaxSendMessageSize { get; set; }

    /// <summary>True throws <see cref="OperationCanceledException"/> where a call is cancelled or its deadline passes.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }
}
