using Npgsql;

namespace ThinkWatch.Changes;

/// <summary>Writes to the schema's <c>changes</c> table, inside the transaction of the change itself.</summary>
public static class ChangeLog
{
    /// <summary>
    /// Appends a change and answers its sequence. The lock is held to the end of the transaction, so sequences become visible in their own order
    /// and a reader that has seen N has seen everything below N. Append last: other writers of the schema wait from here to the commit.
    /// </summary>
    public static async Task<long> AppendAsync(NpgsqlTransaction transaction, string kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);

        // Statements of their own: under READ COMMITTED the sequence must be drawn after the lock has been granted.
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction)
        {
            BatchCommands =
            {
                new("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.changes', 0))"),
                new("SELECT pg_notify(current_schema() || '_changes', '')"),
                new("INSERT INTO changes (kind, payload) VALUES ($1, $2) RETURNING sequence")
                {
                    Parameters = { new() { Value = kind }, new() { Value = payload.ToArray() } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0);
    }
}
