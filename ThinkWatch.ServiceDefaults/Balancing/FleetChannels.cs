using System.Collections.Concurrent;
using Grpc.Core;

namespace ThinkWatch.ServiceDefaults.Balancing;

/// <summary>The ways to the fleet's services, made when first asked for and shared by all clients of a service. Thread-safe.</summary>
internal sealed class FleetChannels(FleetAddresses addresses, InternalToken token, TimeProvider time) : IDisposable
{
    private static readonly Uri Nowhere = new("http://127.0.0.1:9");

    private readonly ConcurrentDictionary<string, Lazy<ReplicaChannel[]>> _channels = new(StringComparer.Ordinal);

    public CallInvoker InvokerOf(string service)
    {
        var replicas = _channels.GetOrAdd(service, name => new Lazy<ReplicaChannel[]>(() => Open(name))).Value;
        return replicas is [var only] ? only.Invoker : new BalancingInvoker(replicas);
    }

    public void Dispose()
    {
        foreach (var replica in _channels.Values.Where(static channels => channels.IsValueCreated).SelectMany(static channels => channels.Value))
            replica.Dispose();
    }

    private ReplicaChannel[] Open(string service) => addresses.All(service, "grpc") switch
    {
        [] => [new ReplicaChannel(Nowhere, token, time, isOneOfSeveral: false)],
        [var only] => [new ReplicaChannel(only, token, time, isOneOfSeveral: false)],
        var several => [.. several.Select(address => new ReplicaChannel(address, token, time, isOneOfSeveral: true))],
    };
}
