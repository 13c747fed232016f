using Dapper;
using Npgsql;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Budgets;

/// <summary>The budgets in Postgres.</summary>
internal sealed class BudgetStore(NpgsqlDataSource database)
{
    private const string Columns =
        "id, org_id, subject_kind, subject_id, period, unit, max_amount, mode, enabled, expires_at, reason, created_at, updated_at";

    public async Task<IReadOnlyList<Budget>> AllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<BudgetRow>(new CommandDefinition($"SELECT {Columns} FROM budgets", cancellationToken: cancellationToken));
        return [.. rows.Select(static r => r.ToBudget())];
    }

    public async Task<IReadOnlyList<Budget>> OfSubjectAsync(Guid orgId, string kind, string subjectId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<BudgetRow>(new CommandDefinition(
            $"SELECT {Columns} FROM budgets WHERE org_id = @orgId AND subject_kind = @kind AND subject_id = @subjectId ORDER BY period, unit, is_override",
            new { orgId, kind, subjectId }, cancellationToken: cancellationToken));
        return [.. rows.Select(static r => r.ToBudget())];
    }

    /// <summary>Writes the budget into its slot; answers what stood there before, if anything, and what stands there now.</summary>
    public static async Task<(Budget? Before, Budget After)> UpsertAsync(NpgsqlTransaction transaction, Budget budget, CancellationToken cancellationToken)
    {
        var slot = new { budget.OrgId, budget.SubjectKind, budget.SubjectId, budget.Period, budget.Unit, IsOverride = budget.ExpiresAt is not null };
        var before = await transaction.Connection!.QuerySingleOrDefaultAsync<BudgetRow>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM budgets
            WHERE org_id = @OrgId AND subject_kind = @SubjectKind AND subject_id = @SubjectId AND period = @Period AND unit = @Unit
                AND is_override = @IsOverride
            FOR UPDATE
            """, slot, transaction, cancellationToken: cancellationToken));
        var after = await transaction.Connection!.QuerySingleAsync<BudgetRow>(new CommandDefinition(
            $"""
            INSERT INTO budgets (id, org_id, subject_kind, subject_id, period, unit, max_amount, mode, enabled, expires_at, reason)
            VALUES (@Id, @OrgId, @SubjectKind, @SubjectId, @Period, @Unit, @Limit, @Mode, @Enabled, @ExpiresAt, @Reason)
            ON CONFLICT (org_id, subject_kind, subject_id, period, unit, is_override) DO UPDATE
            SET max_amount = EXCLUDED.max_amount, mode = EXCLUDED.mode, enabled = EXCLUDED.enabled, expires_at = EXCLUDED.expires_at, reason = EXCLUDED.reason, updated_at = now()
            RETURNING {Columns}
            """, budget, transaction, cancellationToken: cancellationToken));
        return (before?.ToBudget(), after.ToBudget());
    }

    public static async Task<Budget?> DeleteAsync(
        NpgsqlTransaction transaction, Guid orgId, string kind, string subjectId, Guid id, CancellationToken cancellationToken)
    {
        var row = await transaction.Connection!.QuerySingleOrDefaultAsync<BudgetRow>(new CommandDefinition(
            $"DELETE FROM budgets WHERE org_id = @orgId AND subject_kind = @kind AND subject_id = @subjectId AND id = @id RETURNING {Columns}",
            new { orgId, kind, subjectId, id }, transaction, cancellationToken: cancellationToken));
        return row?.ToBudget();
    }

    /// <summary>A row as the driver hands it out.</summary>
    private sealed class BudgetRow
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public string SubjectKind { get; init; } = "";

        public string SubjectId { get; init; } = "";

        public string Period { get; init; } = "";

        public string Unit { get; init; } = "";

        public long MaxAmount { get; init; }

        public string Mode { get; init; } = "";

        public bool Enabled { get; init; }

        public DateTime? ExpiresAt { get; init; }

        public string? Reason { get; init; }

        public DateTime CreatedAt { get; init; }

        public DateTime UpdatedAt { get; init; }

        public Budget ToBudget() => new(
            Id, OrgId, SubjectKind, SubjectId, Period, Unit, MaxAmount, Mode, Enabled,
            ExpiresAt is { } end ? new DateTimeOffset(end, TimeSpan.Zero) : null, Reason,
            new DateTimeOffset(CreatedAt, TimeSpan.Zero), new DateTimeOffset(UpdatedAt, TimeSpan.Zero));
    }
}
