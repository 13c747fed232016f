using System.IO.Pipelines;
using System.Text.Json.Serialization.Metadata;

namespace ThinkWatch.ClickHouse;

/// <summary>
/// ClickHouse through its HTTP interface. Safe for concurrent use. Every call has a deadline; none is retried here: who inserts with a
/// deduplication token may repeat, nobody else should. Errors: <see cref="ClickHouseException"/>; cancellation as usual.
/// </summary>
public interface IClickHouse
{
    /// <summary>The database that unqualified names refer to.</summary>
    string Database { get; }

    /// <summary>Runs one statement and discards its result.</summary>
    Task<ClickHouseSummary> ExecuteAsync(string sql, ClickHouseCall? call = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs one SELECT (without FORMAT) and reads its rows as they arrive. Dates come as ISO 8601 in UTC, 64-bit integers and decimals as JSON
    /// numbers, invalid UTF-8 replaced. An error after the first rows throws from the enumerator.
    /// </summary>
    IAsyncEnumerable<T> QueryAsync<T>(string sql, JsonTypeInfo<T> row, ClickHouseCall? call = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts rows that are already encoded in <paramref name="format"/> (JSONEachRow, RowBinary, …).</summary>
    /// <param name="into">A table, optionally with its columns: <c>gateway_logs</c> or <c>gateway_logs (id, org_id)</c>.</param>
    Task<ClickHouseSummary> InsertAsync(string into, string format, ReadOnlyMemory<byte> rows, ClickHouseCall? call = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts rows that <paramref name="write"/> encodes straight into the request. The callback may not complete the writer.</summary>
    Task<ClickHouseSummary> InsertAsync(
        string into, string format, Func<PipeWriter, CancellationToken, Task> write, ClickHouseCall? call = null, CancellationToken cancellationToken = default);

    /// <summary>Runs one SELECT (without FORMAT) and hands out its encoded result as it arrives, for exports. Dispose it.</summary>
    Task<ClickHouseStream> StreamAsync(string sql, string format, ClickHouseCall? call = null, CancellationToken cancellationToken = default);

    /// <summary>Whether the server answers and accepts our credentials; needs no database. Throws if not.</summary>
    Task PingAsync(CancellationToken cancellationToken = default);
}
