using System.Data.Common;
using System.Globalization;

namespace ThinkWatch.ClickHouse;

/// <summary>Where ClickHouse's HTTP interface is and how calls to it behave. Immutable; never prints the password.</summary>
public sealed class ClickHouseOptions
{
    public required string Host { get; init; }

    public int Port { get; init; } = 8123;

    public bool Secure { get; init; }

    public string Database { get; init; } = "default";

    public string Username { get; init; } = "default";

    public string Password { get; init; } = "";

    /// <summary>Deadline of a call that states none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gzip in both directions; worth it over a network, not over loopback.</summary>
    public bool Compression { get; init; }

    public Uri Address => new UriBuilder(Secure ? "https" : "http", Host, Port, "/").Uri;

    /// <summary>Reads <c>Host=…;Port=8123;Database=…;Username=…;Password=…;Timeout=30;Compression=false;Protocol=http</c>.</summary>
    /// <exception cref="FormatException">A key is unknown or a value malformed; the message names the key, never the value.</exception>
    public static ClickHouseOptions Parse(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = connectionString;
        }
        catch (ArgumentException malformed)
        {
            throw new FormatException("The ClickHouse connection string is not a list of key=value pairs separated by ';'.", malformed);
        }

        foreach (string key in parts.Keys)
        {
            if (!Known.Contains(key))
                throw new FormatException($"The ClickHouse connection string has an unknown key '{key}'.");
        }

        var secure = Text(parts, "Protocol", "http") switch
        {
            "http" => false,
            "https" => true,
            _ => throw new FormatException("The ClickHouse connection string's Protocol must be http or https."),
        };
        return new ClickHouseOptions
        {
            Host = Text(parts, "Host", null) ?? throw new FormatException("The ClickHouse connection string lacks Host."),
            Port = Whole(parts, "Port", secure ? 8443 : 8123, 1, 65535),
            Secure = secure,
            Database = Text(parts, "Database", "default")!,
            Username = Text(parts, "Username", "default")!,
            Password = Text(parts, "Password", "")!,
            Timeout = TimeSpan.FromSeconds(Whole(parts, "Timeout", 30, 1, 3600)),
            Compression = Text(parts, "Compression", "false")!.Equals("true", StringComparison.OrdinalIgnoreCase),
        };
    }

    public override string ToString() => $"{Address}{Database}";

    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Port", "Protocol", "Database", "Username", "Password", "Timeout", "Compression",
    };

    private static string? Text(DbConnectionStringBuilder parts, string key, string? fallback) =>
        parts.TryGetValue(key, out var value) && value is string { Length: > 0 } text ? text : fallback;

    private static int Whole(DbConnectionStringBuilder parts, string key, int fallback, int min, int max)
    {
        if (Text(parts, key, null) is not { } text)
            return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new FormatException($"The ClickHouse connection string's {key} must be a whole number from {min} to {max}.");
    }
}
