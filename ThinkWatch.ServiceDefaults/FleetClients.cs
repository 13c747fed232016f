using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.ServiceDefaults;

/// <summary>gRPC clients for the fleet's own services: one channel a service, internal token added, keep-alive on.</summary>
public static class FleetClients
{
    /// <summary>
    /// Registers the generated client as a singleton. Callers set a deadline on every unary call. A service that was not
    /// handed an address gets a channel that answers UNAVAILABLE.
    /// </summary>
    public static void AddFleetClient<TClient>(this IHostApplicationBuilder builder, string service)
        where TClient : ClientBase<TClient> =>
        builder.Services.AddSingleton(provider =>
        {
            var address = provider.GetRequiredService<FleetAddresses>().First(service, "grpc") ?? new Uri("http://127.0.0.1:9");
            var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
            {
                HttpHandler = new InternalTokenHandler(provider.GetRequiredService<InternalToken>(), Transport()),
                MaxReceiveMessageSize = 64 * 1024 * 1024,
                MaxSendMessageSize = 64 * 1024 * 1024,
            });
            return (TClient)Activator.CreateInstance(typeof(TClient), channel)!;
        });

    private static SocketsHttpHandler Transport() => new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(5),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        ConnectTimeout = TimeSpan.FromSeconds(1),
        InitialHttp2StreamWindowSize = 1024 * 1024,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    };
}
