using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ThinkWatch.ServiceDefaults.Balancing;

namespace ThinkWatch.ServiceDefaults;

/// <summary>gRPC clients for the fleet's own services: one channel a replica, internal token added, keep-alive on.</summary>
public static class FleetClients
{
    /// <summary>
    /// Registers the generated client as a singleton. Callers set a deadline on every unary call. With several replicas calls take turns, and a
    /// unary call whose replica is UNAVAILABLE is made again to another one within its deadline: what it does must be the same when done twice. A stream
    /// is not: whoever reads it opens it again, and comes to a replica that lives. A service that was not handed an address answers UNAVAILABLE.
    /// </summary>
    public static void AddFleetClient<TClient>(this IHostApplicationBuilder builder, string service)
        where TClient : ClientBase<TClient> =>
        builder.Services.AddSingleton(provider =>
            (TClient)Activator.CreateInstance(typeof(TClient), provider.GetRequiredService<FleetChannels>().InvokerOf(service))!);
}
