using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace ThinkWatch.Outbound;

/// <summary>Which addresses the fleet may connect to on behalf of somebody's configuration.</summary>
public static class AddressGuard
{
    /// <summary>Never, whatever is allowed: the credentials of the machine itself are behind them.</summary>
    private static readonly ImmutableArray<IPAddress> _metadata =
    [
        IPAddress.Parse("169.254.169.254"), // AWS, Azure, Google Cloud, OpenStack, DigitalOcean
        IPAddress.Parse("169.254.170.2"), // AWS ECS task credentials
        IPAddress.Parse("169.254.170.23"), // AWS EKS pod identity
        IPAddress.Parse("fd00:ec2::254"), // AWS over IPv6
        IPAddress.Parse("fd00:ec2::23"), // AWS EKS pod identity over IPv6
        IPAddress.Parse("100.100.100.200"), // Alibaba Cloud
        IPAddress.Parse("168.63.129.16"), // Azure's host
        IPAddress.Parse("192.0.0.192"), // Oracle Cloud
    ];

    /// <summary>What RFC 6890 and its successors set apart from the public Internet (IPv4).</summary>
    private static readonly ImmutableArray<IPNetwork> _private4 =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/3"), // multicast, reserved, broadcast
    ];

    /// <summary>Inside 2000::/3, what is not the public Internet or hides an IPv4 address.</summary>
    private static readonly ImmutableArray<IPNetwork> _special6 =
    [
        IPNetwork.Parse("2001::/23"), // IETF protocol assignments, Teredo among them
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"), // 6to4
        IPNetwork.Parse("3fff::/20"),
    ];

    private static readonly IPNetwork _globalUnicast6 = IPNetwork.Parse("2000::/3");

    /// <summary>False for addresses that must be refused. <paramref name="allowPrivateNetwork"/> lets private ones pass, metadata services never.</summary>
    public static bool IsAllowed(IPAddress address, bool allowPrivateNetwork)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Unmap(address);
        if (_metadata.Contains(plain))
            return false;
        return allowPrivateNetwork || IsPublic(plain);
    }

    private static bool IsPublic(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork
            ? !_private4.Any(network => network.Contains(address))
            : _globalUnicast6.Contains(address) && !_special6.Any(network => network.Contains(address));

    /// <summary>::ffff:a.b.c.d as a.b.c.d, and without a zone, so that no spelling of an address escapes the lists.</summary>
    private static IPAddress Unmap(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        return address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
    }
}
