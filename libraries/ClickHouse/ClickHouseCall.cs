namespace ThinkWatch.ClickHouse;

/// <summary>What goes along with one statement.</summary>
public sealed class ClickHouseCall
{
    /// <summary>Values of the statement's <c>{name:Type}</c> placeholders.</summary>
    public ClickHouseParameters? Parameters { get; init; }

    /// <summary>ClickHouse settings of this statement, by name.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>
    /// Makes an insert idempotent: a second insert with the same token changes neither the table nor its materialized views, within the table's
    /// <c>non_replicated_deduplication_window</c>.
    /// </summary>
    public string? DeduplicationToken { get; init; }

    /// <summary>Whole duration of the call, reading the result included; also given to the server, which stops by itself.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Identifies the statement in the server's own tables and log.</summary>
    public string? QueryId { get; init; }

    /// <summary>Another database than the connection's; empty for the server's default.</summary>
    public string? Database { get; init; }

    /// <summary>Gzip, otherwise as the connection says.</summary>
    public bool? Compression { get; init; }
}

/// <summary>What ClickHouse counted, from <c>X-ClickHouse-Summary</c>.</summary>
public readonly record struct ClickHouseSummary(
    long ReadRows, long ReadBytes, long WrittenRows, long WrittenBytes, long ResultRows, TimeSpan Elapsed);
