using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The options of a service as its calls read them: fixed when it was mapped.</summary>
internal sealed class CallSettings(GrpcServiceOptions options, ILogger logger)
{
    public int? MaxReceiveMessageSize { get; } = options.MaxReceiveMessageSize;

    public int? MaxSendMessageSize { get; } = options.MaxSendMessageSize;

    public bool EnableDetailedErrors { get; } = options.EnableDetailedErrors ?? false;

    public ILogger Logger { get; } = logger;
}
