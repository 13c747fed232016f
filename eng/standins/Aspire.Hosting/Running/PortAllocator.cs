using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>
/// Chooses a port for every endpoint before anything starts. Free ports lie below the range from which the system takes the
/// local ports of outgoing connections, so that nobody takes a crashed process's port before it is back.
/// </summary>
internal sealed class PortAllocator
{
    private const int Lowest = 12_000;
    private readonly HashSet<int> _taken = [];
    private readonly int _highest = Math.Max(Lowest + 1_000, EphemeralStart());

    public void Allocate(IEnumerable<IResource> resources)
    {
        var endpoints = resources
            .SelectMany(r => r.Annotations.OfType<EndpointAnnotation>().Select(e => (Resource: r, Endpoint: e, Fixed: FixedPort(r, e))))
            .ToList();
        foreach (var (resource, endpoint, port) in endpoints.Where(e => e.Fixed is not null))
        {
            if (resource.GetReplicaCount() > 1)
                throw new DistributedApplicationException($"'{resource.Name}' has replicas: its endpoint '{endpoint.Name}' cannot have a fixed port.");
            if (!_taken.Add(port!.Value) || !IsFree(port.Value))
                throw new DistributedApplicationException($"Port {port} ({resource.Name}, {endpoint.Name}) is in use by another program.");
            endpoint.Allocate([port.Value]);
        }

        foreach (var (resource, endpoint, _) in endpoints.Where(e => e.Fixed is null))
            endpoint.Allocate([.. Enumerable.Range(0, resource.GetReplicaCount()).Select(_ => Next())]);
    }

    private static int? FixedPort(IResource resource, EndpointAnnotation endpoint)
    {
        if (endpoint is { Port: > 0, TargetPort: > 0 } && endpoint.Port != endpoint.TargetPort)
            throw new DistributedApplicationException($"'{resource.Name}', endpoint '{endpoint.Name}': without a proxy, port and target port must be the same.");
        return endpoint.Port is > 0 ? endpoint.Port : endpoint.TargetPort is > 0 ? endpoint.TargetPort : null;
    }

    private int Next()
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var port = Random.Shared.Next(Lowest, _highest);
            if (_taken.Add(port) && IsFree(port))
                return port;
        }

        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int EphemeralStart()
    {
        try
        {
            return int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ')[0]);
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return 32_768;
        }
    }
}
