using System.Net;
using Microsoft.AspNetCore.Http;
using ThinkWatch.Settings;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Whom to believe about the client's address and host: loopback (edge on the same machine) and what the setting <c>auth.trusted_proxies</c> names.
/// The setting is parsed once for each value; the result is swapped atomically.
/// </summary>
internal sealed class TrustedProxies(ISettings? settings)
{
    private volatile Parsed _parsed = new([], []);

    public bool Trusts(IPAddress? address)
    {
        if (address is null)
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain) || Networks().Any(n => n.Contains(plain));
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

    private IReadOnlyList<IPNetwork> Networks()
    {
        var text = settings?.Get(SettingsRegistry.Auth.TrustedProxies) ?? [];
        var parsed = _parsed;
        if (ReferenceEquals(parsed.Text, text))
            return parsed.Networks;
        var networks = new List<IPNetwork>();
        foreach (var entry in text)
        {
            if (IPNetwork.TryParse(entry, out var network))
                networks.Add(network);
            else if (IPAddress.TryParse(entry, out var single))
                networks.Add(new IPNetwork(single, single.GetAddressBytes().Length * 8));
        }

        _parsed = new Parsed(text, networks);
        return networks;
    }

    private sealed record Parsed(IReadOnlyList<string> Text, IReadOnlyList<IPNetwork> Networks);
}
