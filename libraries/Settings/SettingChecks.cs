using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace ThinkWatch.Settings;

/// <summary>Checks of single values; each answers what is wrong, or null.</summary>
internal static partial class SettingChecks
{
    private const int LongestPattern = 1000;

    /// <summary>What the guard library knows, in its order (a test holds the two lists together).</summary>
    private static readonly string[] s_piiPatterns =
        ["private_key", "api_key", "jwt", "card", "iban", "email", "phone", "ip", "us_ssn", "uk_nino", "de_tax_id", "cn_resident_id", "es_dni"];

    public static IReadOnlyList<string> DefaultPiiPatterns { get; } = s_piiPatterns[..7];

    public static string? PiiPattern(string value) => s_piiPatterns.Contains(value) ? null : $"must be one of {string.Join(", ", s_piiPatterns)}";

    /// <summary><c>NAME=regular expression</c>, of the kind that runs in linear time.</summary>
    public static string? CustomPattern(string value)
    {
        if (!PatternName().IsMatch(value))
            return "must be NAME=regular expression, the name 2 to 32 capital letters, digits and underscores";
        var expression = value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..];
        if (expression.Length is 0 or > LongestPattern)
            return $"must have an expression of 1 to {LongestPattern} characters";
        try
        {
            return new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).IsMatch("") ? "matches the empty text, so it would match everywhere" : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return "is no regular expression that runs in linear time: " + exception.Message;
        }
    }

    public static string? TimeZone(string value) => TimeZoneInfo.TryFindSystemTimeZoneById(value, out _) ? null : "must be the name of a time zone, e.g. Europe/Berlin";

    public static string? Percentage(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 1000 ? null : "must be a whole number from 1 to 1000";

    /// <summary>An address or a network, e.g. 10.0.0.0/8.</summary>
    public static string? Network(string value) =>
        IPNetwork.TryParse(value, out _) || (IPAddress.TryParse(value, out _) && !value.Contains('/', StringComparison.Ordinal)) ? null : "must be an IP address or a network in CIDR notation";

    [GeneratedRegex("^[A-Z][A-Z0-9_]{1,31}=", RegexOptions.CultureInvariant)]
    private static partial Regex PatternName();
}
