using System.Net;
using ThinkWatch.Settings;

namespace ThinkWatch.Pipeline;

/// <summary>The setting <c>auth.trusted_proxies</c> as networks, parsed once for each value. Swapped atomically.</summary>
public sealed class TrustedProxies(ISettings settings)
{
    private volatile Parsed _parsed = new([], []);

    public IReadOnlyList<IPNetwork> Current
    {
        get
        {
            var text = settings.Get(SettingsRegistry.Auth.TrustedProxies);
            var parsed = _parsed;
            if (!ReferenceEquals(parsed.Text, text))
                _parsed = parsed = new Parsed(text, [.. text.Select(Network).OfType<IPNetwork>()]);
            return parsed.Networks;
        }
    }

    private static IPNetwork? Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        return IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }

    private sealed record Parsed(IReadOnlyList<string> Text, IPNetwork[] Networks);
}
