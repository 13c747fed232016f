using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Whom to believe about the client's address and host: loopback (edge in the same machine) and the networks in TRUSTED_PROXIES
/// (comma-separated CIDR). Immutable.
/// </summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    public static TrustedProxies From(IConfiguration configuration)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in (configuration["TRUSTED_PROXIES"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            networks.Add(IPNetwork.TryParse(text, out var network)
                ? network
                : throw new InvalidOperationException($"TRUSTED_PROXIES holds '{text}', which is not a network such as 10.0.0.0/8."));
        }

        return new TrustedProxies(networks);
    }

    public bool Trusts(IPAddress? address)
    {
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || networks.Any(n => n.Contains(plain));
    }

    public IPAddress Resolve(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        if (!Trusts(address))
            return address;
        var forwarded = http.Request.Headers["X-Forwarded-For"].SelectMany(h => (h ?? "").Split(',', StringSplitOptions.TrimEntries)).Reverse();
        foreach (var text in forwarded)
        {
            if (!TryParse(text, out var hop))
                break;
            address = hop;
            if (!Trusts(hop))
                break;
        }

        return address;
    }

    // Some proxies write the port too: "203.0.113.7:4711", "[2001:db8::1]:4711".
    private static bool TryParse(string text, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out address!))
            return true;
        if (!IPEndPoint.TryParse(text, out var endpoint))
            return false;
        address = endpoint.Address;
        return true;
    }
}
