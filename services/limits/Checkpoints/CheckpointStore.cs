using Dapper;
using Npgsql;
using ThinkWatch.Limits.Counters;

namespace ThinkWatch.Limits.Checkpoints;

/// <summary>When an organisation's last checkpoint was taken, by the store's clock, and whether it is time for the next.</summary>
internal sealed record CheckpointAge(Guid OrgId, long Epoch, long TakenAt, bool IsDue);

/// <summary>The checkpoints in Postgres: the last one of each organisation.</summary>
internal sealed class CheckpointStore(NpgsqlDataSource database)
{
    /// <summary>After this every script expects what the last checkpoints say.</summary>
    public async Task<IReadOnlyDictionary<Guid, CheckpointAge>> ExpectAsync(CounterEpochs epochs, TimeSpan every, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var ages = (await connection.QueryAsync<CheckpointAge>(new CommandDefinition(
            "SELECT org_id AS OrgId, epoch AS Epoch, taken_at AS TakenAt, saved_at <= now() - @every AS IsDue FROM checkpoints", new { every }, cancellationToken: cancellationToken))).ToList();
        foreach (var age in ages) epochs.Expect(age.OrgId, age.Epoch);
        return ages.ToDictionary(static age => age.OrgId);
    }

    /// <summary>False: another replica is at it.</summary>
    public static Task<bool> TryLockAsync(NpgsqlTransaction transaction, Guid orgId, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('thinkwatch.limits.checkpoint.' || @org::text, 0))", new { org = orgId }, transaction, cancellationToken: cancellationToken));

    /// <summary>That of the last checkpoint; 0: there is none.</summary>
    public static Task<long> EpochAsync(NpgsqlTransaction transaction, Guid orgId, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT coalesce(max(epoch), 0) FROM checkpoints WHERE org_id = @orgId", new { orgId }, transaction, cancellationToken: cancellationToken));

    public static async Task<Checkpoint?> ReadAsync(NpgsqlTransaction transaction, Guid orgId, CancellationToken cancellationToken)
    {
        var row = await transaction.Connection!.QuerySingleOrDefaultAsync<CheckpointRow>(new CommandDefinition(
            "SELECT epoch, taken_at AS TakenAt, ended, under_way AS UnderWay, records, leases FROM checkpoints WHERE org_id = @orgId", new { orgId }, transaction, cancellationToken: cancellationToken));
        if (row is null) return null;
        var counters = await transaction.Connection!.QueryAsync<KeptCounter>(new CommandDefinition(
            "SELECT key AS Key, life_ms AS LifeMs, fields AS Fields FROM checkpoint_counters WHERE org_id = @orgId", new { orgId }, transaction, cancellationToken: cancellationToken));
        var underWay = row.UnderWay.Select((key, i) => new KeptCall(key, row.Records[i], row.Leases[i]));
        return new Checkpoint(orgId, row.Epoch, row.TakenAt, row.Ended, [.. underWay], [.. counters]);
    }

    public static async Task SaveAsync(NpgsqlTransaction transaction, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO checkpoints (org_id, epoch, taken_at, ended, under_way, records, leases)
            VALUES (@OrgId, @Epoch, @TakenAt, @ended, @underWay, @records, @leases)
            ON CONFLICT (org_id) DO UPDATE
            SET epoch = EXCLUDED.epoch, taken_at = EXCLUDED.taken_at, saved_at = now(), ended = EXCLUDED.ended, under_way = EXCLUDED.under_way,
                records = EXCLUDED.records, leases = EXCLUDED.leases
            """,
            new
            {
                checkpoint.OrgId,
                checkpoint.Epoch,
                checkpoint.TakenAt,
                ended = checkpoint.Ended.ToArray(),
                underWay = checkpoint.UnderWay.Select(static c => c.Key).ToArray(),
                records = checkpoint.UnderWay.Select(static c => c.Record).ToArray(),
                leases = checkpoint.UnderWay.Select(static c => c.LeaseUntil).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM checkpoint_counters WHERE org_id = @OrgId AND key <> ALL (@keys);
            INSERT INTO checkpoint_counters (org_id, key, life_ms, fields)
            SELECT @OrgId, * FROM unnest(@keys, @lives, @fields)
            ON CONFLICT (org_id, key) DO UPDATE SET life_ms = EXCLUDED.life_ms, fields = EXCLUDED.fields
            WHERE checkpoint_counters.fields <> EXCLUDED.fields
            """,
            new
            {
                checkpoint.OrgId,
                keys = checkpoint.Counters.Select(static c => c.Key).ToArray(),
                lives = checkpoint.Counters.Select(static c => c.LifeMs).ToArray(),
                fields = checkpoint.Counters.Select(static c => c.Fields).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
    }

    /// <summary>A row as the driver hands it out.</summary>
    private sealed class CheckpointRow
    {
        public long Epoch { get; init; }

        public long TakenAt { get; init; }

        public string[] Ended { get; init; } = [];

        public string[] UnderWay { get; init; } = [];

        public string[] Records { get; init; } = [];

        public long[] Leases { get; init; } = [];
    }
}
