using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Gaps;

/// <summary>Sequences and gaps in PostgreSQL.</summary>
internal sealed class GapRepository(NpgsqlDataSource database)
{
    public async Task<IReadOnlyList<(Producer Producer, ulong Next)>> LoadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string ProducerId, short Kind, long Next)>(
            new CommandDefinition("SELECT producer_id, kind, next_sequence FROM producers", cancellationToken: cancellationToken));
        return [.. rows.Select(static r => (new Producer(r.ProducerId, (RecordKind)r.Kind), (ulong)r.Next))];
    }

    /// <summary>A second replica may know more: progress never goes back.</summary>
    public async Task SaveAsync(IReadOnlyList<(Producer Producer, ulong Next)> progress, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO producers (producer_id, kind, next_sequence)
            SELECT * FROM unnest(@ids, @kinds, @nexts)
            ON CONFLICT (producer_id, kind) DO UPDATE
            SET next_sequence = greatest(producers.next_sequence, excluded.next_sequence), last_seen = now()
            """,
            new
            {
                ids = progress.Select(static p => p.Producer.Id).ToArray(),
                kinds = progress.Select(static p => (short)p.Producer.Kind).ToArray(),
                nexts = progress.Select(static p => (long)p.Next).ToArray(),
            },
            cancellationToken: cancellationToken));
    }

    /// <returns>False when the gap was known already.</returns>
    public async Task<bool> RecordAsync(Producer producer, SequenceRange range, ulong missing, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO gaps (producer_id, kind, first_sequence, last_sequence, missing)
            VALUES (@id, @kind, @first, @last, @missing) ON CONFLICT DO NOTHING
            """,
            new { id = producer.Id, kind = (short)producer.Kind, first = (long)range.First, last = (long)range.Last, missing = (long)missing },
            cancellationToken: cancellationToken)) > 0;
    }
}
