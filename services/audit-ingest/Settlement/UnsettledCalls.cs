using Dapper;
using Google.Protobuf;
using Npgsql;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AuditIngest.Settlement;

/// <param name="IsRefused">Limits said no; else it did not answer, or could not.</param>
internal sealed record NotSettled(string RequestId, string Reason, bool IsRefused);

internal readonly record struct SettlingRound(int Settled, IReadOnlyList<NotSettled> SetAside);

/// <summary>Settlements that wait for limits, in PostgreSQL. Kept before their frame is acknowledged, so none is lost; limits knows a repeat.</summary>
internal sealed class UnsettledCalls(NpgsqlDataSource database)
{
    private const int Attempts = 10;
    private const int FailuresInARow = 3;

    /// <exception cref="ClickHouseException">They cannot be kept at the moment: their frame must come again.</exception>
    public async Task KeepAsync(IReadOnlyList<SettleRequest> requests, CancellationToken cancellationToken)
    {
        if (requests.Count == 0)
            return;
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO unsettled_calls (id, request) SELECT * FROM unnest(@ids, @requests) ON CONFLICT DO NOTHING",
                new { ids = requests.Select(static r => r.RequestId).ToArray(), requests = requests.Select(static r => r.ToByteArray()).ToArray() },
                cancellationToken: cancellationToken));
        }
        catch (NpgsqlException e)
        {
            throw new ClickHouseException(0, $"calls that have yet to be settled cannot be kept: {e.Message}");
        }
    }

    /// <summary>
    /// Hands the oldest ones out, and forgets those that were settled; other replicas leave them alone meanwhile. One that was not comes again later, behind
    /// the others, and is set aside after <see cref="Attempts"/> refusals. A few failures in a row end the round: limits is away.
    /// </summary>
    /// <param name="isAnswering">Limits took others lately: then a failure is this call's own.</param>
    /// <param name="settle">Null: it is settled; else why not.</param>
    public async Task<SettlingRound> TakeAsync(
        int atMost, bool isAnswering, Func<SettleRequest, Task<NotSettled?>> settle, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = (await connection.QueryAsync<byte[]>(new CommandDefinition(
            "SELECT request FROM unsettled_calls WHERE set_aside_at IS NULL AND next_at <= now() ORDER BY next_at LIMIT @atMost FOR UPDATE SKIP LOCKED",
            new { atMost }, transaction, cancellationToken: cancellationToken))).ToList();
        var settled = new List<string>();
        var failed = new List<NotSettled>();
        var inARow = 0;
        foreach (var request in kept.Select(SettleRequest.Parser.ParseFrom))
        {
            if (await settle(request) is not { } failure)
            {
                settled.Add(request.RequestId);
                inARow = 0;
                continue;
            }

            failed.Add(failure);
            if (++inARow == FailuresInARow)
                break;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM unsettled_calls WHERE id = ANY(@settled)", new { settled = settled.ToArray() }, transaction, cancellationToken: cancellationToken));
        var aside = await PostponeAsync(transaction, failed, isAnswering || settled.Count > 0, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new SettlingRound(settled.Count, aside);
    }

    /// <summary>Those that are set aside now.</summary>
    private static async Task<IReadOnlyList<NotSettled>> PostponeAsync(
        NpgsqlTransaction transaction, List<NotSettled> failed, bool isAnswering, CancellationToken cancellationToken)
    {
        if (failed.Count == 0)
            return [];
        var aside = await transaction.Connection!.QueryAsync<string>(new CommandDefinition(
            """
            WITH late AS (
                UPDATE unsettled_calls AS call
                SET attempts = attempts + failure.counts::int, reason = failure.reason, next_at = now() + interval '5 seconds',
                    set_aside_at = CASE WHEN attempts + failure.counts::int >= @Attempts THEN now() END
                FROM unnest(@ids, @reasons, @counts) AS failure (id, reason, counts)
                WHERE call.id = failure.id
                RETURNING call.id, call.set_aside_at)
            SELECT id FROM late WHERE set_aside_at IS NOT NULL
            """,
            new
            {
                Attempts,
                ids = failed.Select(static f => f.RequestId).ToArray(),
                reasons = failed.Select(static f => f.Reason).ToArray(),
                counts = failed.Select(f => f.IsRefused || isAnswering).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
        var ids = aside.ToHashSet(StringComparer.Ordinal);
        return [.. failed.Where(f => ids.Contains(f.RequestId))];
    }
}
