using System.Net;

namespace ThinkWatch.Settings;

/// <summary>Checks of single values; each answers what is wrong, or null.</summary>
internal static class SettingChecks
{
    public static string? WebAddress(string value) =>
        value.Length == 0 || (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0)
            ? null
            : "must be an http or https address without credentials or a query";

    /// <summary>An address or a network, e.g. 10.0.0.0/8.</summary>
    public static string? Network(string value) =>
        IPNetwork.TryParse(value, out _) || (IPAddress.TryParse(value, out _) && !value.Contains('/', StringComparison.Ordinal)) ? null : "must be an IP address or a network in CIDR notation";
}
