using Dapper;
using Npgsql;

namespace ThinkWatch.Limits.Rules;

/// <summary>The rules in Postgres.</summary>
internal sealed class RuleStore(NpgsqlDataSource database)
{
    private const string Columns =
        "id, org_id, subject_kind, subject_id, surface, metric, window_secs, max_count, mode, enabled, expires_at, reason, created_at, updated_at";

    public async Task<IReadOnlyList<Rule>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<RuleRow>(new CommandDefinition($"SELECT {Columns} FROM rules", cancellationToken: cancellationToken));
        return [.. rows.Select(static r => r.ToRule())];
    }

    public async Task<IReadOnlyList<Rule>> OfSubjectAsync(Guid orgId, string kind, string subjectId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<RuleRow>(new CommandDefinition(
            $"SELECT {Columns} FROM rules WHERE org_id = @orgId AND subject_kind = @kind AND subject_id = @subjectId ORDER BY surface, metric, window_secs, is_override",
            new { orgId, kind, subjectId }, cancellationToken: cancellationToken));
        return [.. rows.Select(static r => r.ToRule())];
    }

    /// <summary>Writes the rule into its slot; answers what stood there before, if anything, and what stands there now.</summary>
    public static async Task<(Rule? Before, Rule After)> UpsertAsync(NpgsqlTransaction transaction, Rule rule, CancellationToken cancellationToken)
    {
        var slot = new { rule.OrgId, rule.SubjectKind, rule.SubjectId, rule.Surface, rule.Metric, rule.WindowSecs, IsOverride = rule.ExpiresAt is not null };
        var before = await transaction.Connection!.QuerySingleOrDefaultAsync<RuleRow>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM rules
            WHERE org_id = @OrgId AND subject_kind = @SubjectKind AND subject_id = @SubjectId AND surface = @Surface AND metric = @Metric AND window_secs = @WindowSecs
                AND is_override = @IsOverride
            FOR UPDATE
            """, slot, transaction, cancellationToken: cancellationToken));
        var after = await transaction.Connection!.QuerySingleAsync<RuleRow>(new CommandDefinition(
            $"""
            INSERT INTO rules (id, org_id, subject_kind, subject_id, surface, metric, window_secs, max_count, mode, enabled, expires_at, reason)
            VALUES (@Id, @OrgId, @SubjectKind, @SubjectId, @Surface, @Metric, @WindowSecs, @MaxCount, @Mode, @Enabled, @ExpiresAt, @Reason)
            ON CONFLICT (org_id, subject_kind, subject_id, surface, metric, window_secs, is_override) DO UPDATE
            SET max_count = EXCLUDED.max_count, mode = EXCLUDED.mode, enabled = EXCLUDED.enabled, expires_at = EXCLUDED.expires_at, reason = EXCLUDED.reason, updated_at = now()
            RETURNING {Columns}
            """, rule, transaction, cancellationToken: cancellationToken));
        return (before?.ToRule(), after.ToRule());
    }

    public static async Task<Rule?> DeleteAsync(
        NpgsqlTransaction transaction, Guid orgId, string kind, string subjectId, Guid id, CancellationToken cancellationToken)
    {
        var row = await transaction.Connection!.QuerySingleOrDefaultAsync<RuleRow>(new CommandDefinition(
            $"DELETE FROM rules WHERE org_id = @orgId AND subject_kind = @kind AND subject_id = @subjectId AND id = @id RETURNING {Columns}",
            new { orgId, kind, subjectId, id }, transaction, cancellationToken: cancellationToken));
        return row?.ToRule();
    }

    /// <summary>A row as the driver hands it out.</summary>
    private sealed class RuleRow
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public string SubjectKind { get; init; } = "";

        public string SubjectId { get; init; } = "";

        public string Surface { get; init; } = "";

        public string Metric { get; init; } = "";

        public int WindowSecs { get; init; }

        public long MaxCount { get; init; }

        public string Mode { get; init; } = "";

        public bool Enabled { get; init; }

        public DateTime? ExpiresAt { get; init; }

        public string? Reason { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime UpdatedAt { get; init; }

        public Rule ToRule() => new(
            Id, OrgId, SubjectKind, SubjectId, Surface, Metric, WindowSecs, MaxCount, Enabled,
            ExpiresAt is { } end ? new DateTimeOffset(end, TimeSpan.Zero) : null, Reason,
            new DateTimeOffset(CreatedAt, TimeSpan.Zero), new DateTimeOffset(UpdatedAt, TimeSpan.Zero))
        { Mode = Mode };
    }
}
