using System.Globalization;
using Google.Protobuf;
using Npgsql;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Cuts the outbox into immutable frames: once rows have a frame, a retry reads the same frame again. One caller at a time, the holder of
/// the dispatcher's lock; the connection is its own.
/// </summary>
internal static class AuditFrames
{
    private const int MaxRecords = 500;

    private const string ReadFirst = """
        SELECT sequence, created_at, entry FROM audit_outbox
        WHERE frame_first = (SELECT min(frame_first) FROM audit_outbox WHERE sequence IS NOT NULL AND rejected IS NULL)
        ORDER BY sequence
        """;

    // Rows of one UTC day only: a frame never crosses a partition.
    private const string Cut = """
        WITH picked AS (
            SELECT id, row_number() OVER (ORDER BY created_at, id) - 1 AS n FROM (
                SELECT id, created_at FROM audit_outbox
                WHERE sequence IS NULL AND (created_at AT TIME ZONE 'UTC')::date =
                    (SELECT (min(created_at) AT TIME ZONE 'UTC')::date FROM audit_outbox WHERE sequence IS NULL)
                ORDER BY created_at, id LIMIT $1) oldest),
        state AS (
            UPDATE audit_outbox_state SET next_sequence = next_sequence + (SELECT count(*) FROM picked)
            WHERE EXISTS (SELECT 1 FROM picked)
            RETURNING next_sequence - (SELECT count(*) FROM picked) AS first)
        UPDATE audit_outbox o SET frame_first = state.first, sequence = state.first + picked.n
        FROM picked, state WHERE o.id = picked.id
        """;

    /// <summary>The oldest frame that is not acknowledged, cutting a new one when there is none; null when the outbox is empty.</summary>
    public static async Task<Frame?> NextAsync(NpgsqlConnection connection, string producerId, CancellationToken cancellationToken)
    {
        if (await ReadAsync(connection, producerId, cancellationToken) is { } pending)
            return pending;
        await using var cut = new NpgsqlCommand(Cut, connection);
        cut.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxRecords });
        return await cut.ExecuteNonQueryAsync(cancellationToken) == 0 ? null : await ReadAsync(connection, producerId, cancellationToken);
    }

    public static Task ForgetAsync(NpgsqlConnection connection, Frame frame, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "DELETE FROM audit_outbox WHERE frame_first = $1", cancellationToken, (long)frame.FirstSequence);

    public static Task RejectAsync(NpgsqlConnection connection, Frame frame, string error, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, "UPDATE audit_outbox SET rejected = $2 WHERE frame_first = $1", cancellationToken, (long)frame.FirstSequence, error);

    public static async Task<string> ReadProducerIdAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT current_schema() || '-' || producer_id FROM audit_outbox_state", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<Frame?> ReadAsync(NpgsqlConnection connection, string producerId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadFirst, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Frame? frame = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var sequence = (ulong)reader.GetInt64(0);
            frame ??= new Frame
            {
                ProducerId = producerId,
                Kind = RecordKind.Audit,
                FirstSequence = sequence,
                // The outbox does not note attempts.
                Resent = true,
                Partition = reader.GetFieldValue<DateTimeOffset>(1).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            };
            frame.LastSequence = sequence;
            frame.Records.Add(UnsafeByteOperations.UnsafeWrap(reader.GetFieldValue<byte[]>(2)));
        }

        return frame;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
