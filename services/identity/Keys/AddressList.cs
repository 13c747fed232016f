using System.Net;

namespace ThinkWatch.Identity.Keys;

/// <summary>Addresses and networks from which a key may be used, as text: "10.0.0.0/8", "2001:db8::1".</summary>
internal static class AddressList
{
    public static bool IsValid(string? entry) => entry is { Length: <= 64 } && Parse(entry) is not null;

    /// <summary>An empty list restricts nothing; an address that is not known is in none.</summary>
    public static bool Allows(string[] entries, string clientIp)
    {
        if (entries.Length == 0)
            return true;
        if (!IPAddress.TryParse(clientIp, out var address))
            return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(entries, e => Parse(e)?.Contains(plain) == true);
    }

    /// <summary>Whether <paramref name="entries"/> allow every address that <paramref name="others"/> do. What is no address or network is not judged here.</summary>
    public static bool Covers(string[] entries, string[] others) => entries.Length == 0 || (others.Length > 0 && Array.TrueForAll(
        others, other => Parse(other) is not { } narrow || Array.Exists(entries, e => Parse(e) is { } wide && wide.PrefixLength <= narrow.PrefixLength && wide.Contains(narrow.BaseAddress))));

    private static IPNetwork? Parse(string entry)
    {
        if (IPNetwork.TryParse(entry, out var network))
            return network;
        return IPAddress.TryParse(entry, out var single) ? new IPNetwork(single, single.GetAddressBytes().Length * 8) : null;
    }
}
