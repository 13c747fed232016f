using System.Globalization;

namespace ThinkWatch.EmbeddedClickHouse;

/// <summary>Configuration, from the environment only.</summary>
internal sealed record ServerOptions
{
    public required string DataDirectory { get; init; }

    public required string Library { get; init; }

    public required string BindAddress { get; init; }

    public required int Port { get; init; }

    public string User { get; init; } = "default";

    /// <summary>Without one, everyone who reaches the (loopback) address is let in, as with a fresh ClickHouse.</summary>
    public string? Password { get; init; }

    public required int MaxMemoryMegabytes { get; init; }

    /// <summary>Statements that run at once; others wait their turn.</summary>
    public int Connections { get; init; } = 8;

    public int MaxWaiting { get; init; } = 256;

    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(30);

    public const long MaxBody = 256L * 1024 * 1024;

    /// <exception cref="InvalidOperationException">A variable is missing or malformed; the message names it.</exception>
    public static ServerOptions Read(IConfiguration configuration)
    {
        var library = Required(configuration, "CHDB_LIBRARY", "the path of libchdb.so (npm package @chdb/lib-linux-x64-gnu)");
        if (!File.Exists(library))
            throw new InvalidOperationException($"CHDB_LIBRARY names a file that does not exist: {library}");
        return new ServerOptions
        {
            DataDirectory = Path.GetFullPath(Required(configuration, "DATA_DIR", "a writable directory for the tables")),
            Library = Path.GetFullPath(library),
            BindAddress = configuration["BIND_ADDRESS"] ?? "127.0.0.1",
            Port = Number(configuration, "HTTP_PORT", 8123, 0, 65535),
            User = configuration["CLICKHOUSE_USER"] is { Length: > 0 } user ? user : "default",
            Password = configuration["CLICKHOUSE_PASSWORD"] is { Length: > 0 } password ? password : null,
            MaxMemoryMegabytes = Number(configuration, "CLICKHOUSE_MAX_MEMORY_MB", 2048, 256, 1024 * 1024),
        };
    }

    private static string Required(IConfiguration configuration, string name, string meaning) =>
        configuration[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"{name} is not set: it must be {meaning}.");

    private static int Number(IConfiguration configuration, string name, int fallback, int min, int max)
    {
        if (configuration[name] is not { Length: > 0 } text)
            return fallback;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new InvalidOperationException($"{name} must be a whole number from {min} to {max}.");
    }
}
