using Dapper;
using Google.Protobuf;
using Npgsql;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.AuditIngest.Settlement;

/// <summary>Settlements that wait for limits, in PostgreSQL. Kept before their frame is acknowledged, so none is lost; limits knows a repeat.</summary>
internal sealed class UnsettledCalls(NpgsqlDataSource database)
{
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

    /// <summary>Hands the oldest ones out, and forgets those that were settled; other replicas leave them alone meanwhile.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> TakeAsync(int atMost, Func<SettleRequest, Task<bool>> settle, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = (await connection.QueryAsync<byte[]>(new CommandDefinition(
            "SELECT request FROM unsettled_calls ORDER BY kept_at LIMIT @atMost FOR UPDATE SKIP LOCKED", new { atMost }, transaction, cancellationToken: cancellationToken))).ToList();
        var settled = new List<string>();
        foreach (var request in kept.Select(SettleRequest.Parser.ParseFrom))
        {
            if (!await settle(request))
                break;
            settled.Add(request.RequestId);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM unsettled_calls WHERE id = ANY(@settled)", new { settled = settled.ToArray() }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return settled.Count;
    }
}
