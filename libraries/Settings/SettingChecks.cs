using System.Net;

namespace ThinkWatch.Settings;

/// <summary>Checks of single values; each answers what is wrong, or null.</summary>
internal static class SettingChecks
{
    /// <summary>An address or a network, e.g. 10.0.0.0/8.</summary>
    public static string? Network(string value) =>
        IPNetwork.TryParse(value, out _) || (IPAddress.TryParse(value, out _) && !value.Contains('/', StringComparison.Ordinal)) ? null : "must be an IP address or a network in CIDR notation";
}
