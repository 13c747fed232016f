using System.Net;
using Microsoft.AspNetCore.Http;

namespace ThinkWatch.Pipeline;

/// <summary>The address of the client as far as it can be believed.</summary>
public static class ClientAddress
{
    /// <summary>
    /// The peer's address; behind the fleet's own edge (loopback) or a trusted proxy the right-most address of
    /// <c>x-forwarded-for</c> that is not such a proxy. What stands left of that may have been made up by the client.
    /// </summary>
    public static string Of(HttpContext http, IReadOnlyList<IPNetwork> trustedProxies)
    {
        ArgumentNullException.ThrowIfNull(http);
        var peer = http.Connection.RemoteIpAddress ?? IPAddress.None;
        var forwarded = http.Request.Headers["x-forwarded-for"];
        if (forwarded.Count == 0 || !IsTrusted(peer, trustedProxies))
            return Text(peer);
        for (var i = forwarded.Count - 1; i >= 0; i--)
        {
            var list = forwarded[i].AsSpan();
            while (!list.IsEmpty)
            {
                var comma = list.LastIndexOf(',');
                if (!IPAddress.TryParse(list[(comma + 1)..].Trim(), out var hop))
                    return Text(peer);
                if (!IsTrusted(hop, trustedProxies))
                    return Text(hop);
                peer = hop;
                list = comma < 0 ? default : list[..comma];
            }
        }

        return Text(peer);
    }

    private static bool IsTrusted(IPAddress address, IReadOnlyList<IPNetwork> trustedProxies)
    {
        if (IPAddress.IsLoopback(address))
            return true;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        for (var i = 0; i < trustedProxies.Count; i++)
        {
            if (trustedProxies[i].Contains(plain))
                return true;
        }

        return false;
    }

    private static string Text(IPAddress address)
    {
        // Most calls come through edge on this machine.
        if (address.Equals(IPAddress.Loopback))
            return "127.0.0.1";
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : address.ToString();
    }
}
