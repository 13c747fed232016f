using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;

namespace ThinkWatch.ServiceDefaults;

/// <summary>
/// Where a service listens, from HTTP_PORT (HTTP/1.1: REST, health), GRPC_PORT (HTTP/2 without TLS: gRPC) and BIND_ADDRESS.
/// Clear-text HTTP/2 cannot be negotiated, hence two listeners. A missing port means that listener is not opened.
/// </summary>
public sealed record ServiceEndpoints(IPAddress Address, int? HttpPort, int? GrpcPort)
{
    internal static ServiceEndpoints Read(IConfiguration configuration) => new(
        IPAddress.TryParse(configuration["BIND_ADDRESS"], out var address) ? address : IPAddress.Loopback,
        Port(configuration["HTTP_PORT"]),
        Port(configuration["GRPC_PORT"]));

    internal void Bind(KestrelServerOptions options)
    {
        if (HttpPort is { } http) options.Listen(Address, http, l => l.Protocols = HttpProtocols.Http1);
        if (GrpcPort is { } grpc) options.Listen(Address, grpc, l => l.Protocols = HttpProtocols.Http2);
        options.Limits.Http2.MaxStreamsPerConnection = 1000;
        options.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        options.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
    }

    private static int? Port(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : null;
}
