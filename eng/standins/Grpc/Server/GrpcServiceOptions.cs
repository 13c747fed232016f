// Follows the API of Grpc.AspNetCore.Server 2.76.0: the part that this repository uses.
using Grpc.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>What holds for every method of every service. Sizes in bytes; null is no limit.</summary>
public class GrpcServiceOptions
{
    public int? MaxReceiveMessageSize { get; set; } = GrpcProtocol.DefaultMaxReceiveMessageSize;

    public int? MaxSendMessageSize { get; set; }

    /// <summary>True sends the text of an unexpected exception to the caller.</summary>
    public bool? EnableDetailedErrors { get; set; }
}

public interface IGrpcServerBuilder
{
    IServiceCollection Services { get; }
}
