using System.Globalization;
using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Keys;

/// <summary>The SQL of keys. Every statement names the organisation.</summary>
internal static class KeyStore
{
    private const string Columns = """
        k.id, k.name, k.key_prefix, k.lineage_id, k.user_id, u.email AS user_email, k.team_id, k.surfaces, k.allowed_models, k.allowed_mcp_tools,
        k.cost_center, k.tags, k.ephemeral, k.expires_at, k.last_used_at, k.revoked_at, k.revoked_reason, k.replaced_by, k.created_at, k.updated_at,
        k.key_sha256, k.version, k.ip_allowlist, k.rotation_period_days, k.inactivity_timeout_days, k.grace_period_hours, k.capture_disabled, k.cache_scope,
        k.rotation_due_at, k.disabled_at, k.disabled_reason,
        CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.disabled_at IS NOT NULL THEN 'disabled' WHEN k.expires_at <= now() THEN 'expired'
            WHEN k.rotation_due_at IS NOT NULL THEN 'rotation_due' ELSE 'active' END AS status
        """;

    private const string From = "FROM api_keys k JOIN users u ON u.id = k.user_id";

    public static Task<KeyView?> FindAsync(NpgsqlConnection connection, Guid org, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<KeyView>(new CommandDefinition(
            $"SELECT {Columns} {From} WHERE k.org_id = @org AND k.id = @id {(transaction is null ? "" : "FOR UPDATE OF k")}",
            new { org, id }, transaction, cancellationToken: cancellationToken));

    public static async Task<Page<KeyView>> ListAsync(
        NpgsqlConnection connection, Principal caller, KeyFilter filter, ListQuery query, CancellationToken cancellationToken)
    {
        var (field, descending) = query.SortBy("-created_at", "name");
        var after = query.After(2);
        var (column, type) = field == "name" ? ("k.name", "text") : ("k.created_at", "timestamptz");
        var (order, compare) = descending ? ("DESC", "<") : ("ASC", ">");
        var sql = $"""
            SELECT * FROM (SELECT {Columns} {From} WHERE k.org_id = @org AND NOT k.ephemeral
                AND (k.user_id = @self OR (NOT @mine AND CASE WHEN k.team_id IS NULL THEN @everywhere
                    ELSE (@all OR k.team_id = ANY(@teams)) AND NOT k.team_id = ANY(@except) END))
                AND (@user::uuid IS NULL OR k.user_id = @user) AND (@team::uuid IS NULL OR k.team_id = @team)
                AND (@q::text IS NULL OR k.name ILIKE @like OR k.key_prefix ILIKE @like OR u.email ILIKE @like OR k.cost_center ILIKE @like OR @q = ANY(k.tags))
                AND (@position::text IS NULL OR ({column}, k.id) {compare} (@position::{type}, @id::uuid))) k
            WHERE @status::text IS NULL OR k.status = @status
            ORDER BY {column} {order}, k.id {order} LIMIT @fetch
            """;
        var admin = caller.Reach("keys:admin");
        var parameters = new
        {
            org = caller.OrgId(),
            self = Guid.Parse(caller.UserId),
            mine = filter.Mine,
            everywhere = admin.Everywhere,
            all = admin.AllTeams,
            teams = admin.Teams.ToArray(),
            except = admin.Except.ToArray(),
            user = filter.UserId,
            team = filter.TeamId,
            status = filter.Status,
            q = query.Q,
            like = Like(query.Q),
            position = after?[0],
            id = Cursors.Id(after?[1]),
            fetch = query.Fetch,
        };
        var rows = (await connection.QueryAsync<KeyView>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
        return Page<KeyView>.From(rows, query.Limit, last => Cursor.Encode(
            field == "name" ? last.Name : last.CreatedAt.ToString("O", CultureInfo.InvariantCulture), last.Id.ToString()));
    }

    public static Task InsertAsync(NpgsqlTransaction transaction, NewKey key, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO api_keys (id, org_id, lineage_id, user_id, team_id, name, key_sha256, key_prefix, surfaces, allowed_models, allowed_mcp_tools,
                cost_center, tags, ephemeral, expires_at, created_by, ip_allowlist, rotation_period_days, inactivity_timeout_days, grace_period_hours,
                capture_disabled, cache_scope)
            VALUES (@Id, @OrgId, @LineageId, @UserId, @TeamId, @Name, @KeySha256, @KeyPrefix, @Surfaces, @AllowedModels, @AllowedMcpTools,
                @CostCenter, @Tags, @Ephemeral, @ExpiresAt, @CreatedBy, @IpAllowlist, @RotationPeriodDays, @InactivityTimeoutDays, @GracePeriodHours,
                @CaptureDisabled, @CacheScope)
            """,
            key, transaction, cancellationToken: cancellationToken));

    public static Task UpdateAsync(NpgsqlTransaction transaction, KeyView key, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            UPDATE api_keys SET name = @Name, surfaces = @Surfaces, allowed_models = @AllowedModels, allowed_mcp_tools = @AllowedMcpTools,
                cost_center = @CostCenter, tags = @Tags, expires_at = @ExpiresAt, replaced_by = @ReplacedBy, ip_allowlist = @IpAllowlist,
                rotation_period_days = @RotationPeriodDays, inactivity_timeout_days = @InactivityTimeoutDays, grace_period_hours = @GracePeriodHours,
                capture_disabled = @CaptureDisabled, cache_scope = @CacheScope, rotation_due_at = @RotationDueAt,
                warned_days = CASE WHEN expires_at IS NOT DISTINCT FROM @ExpiresAt THEN warned_days END, updated_at = now(), version = version + 1
            WHERE id = @Id
            """,
            key, transaction, cancellationToken: cancellationToken));

    /// <summary>Revokes the key and what was made from it for a few minutes, or its whole lineage. Answers all hashes that die.</summary>
    public static async Task<IReadOnlyList<(Guid Id, byte[] KeySha256)>> RevokeAsync(
        NpgsqlTransaction transaction, KeyView key, string? reason, bool lineage, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<(Guid, byte[])>(new CommandDefinition(
            """
            UPDATE api_keys SET revoked_at = now(), revoked_reason = @reason, updated_at = now(), version = version + 1
            WHERE revoked_at IS NULL AND (id = @Id OR (lineage_id = @LineageId AND (ephemeral OR @lineage))) RETURNING id, key_sha256
            """,
            new { key.Id, key.LineageId, reason, lineage }, transaction, cancellationToken: cancellationToken));
        return rows.AsList();
    }

    private static string? Like(string? q) => q is null
        ? null
        : $"%{q.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
}

internal sealed record KeyFilter(bool Mine, string? Status, Guid? UserId, Guid? TeamId);

/// <summary>A row to insert. Holds the hash, never the secret.</summary>
internal sealed record NewKey(Guid OrgId, Guid UserId, string Name, KeySecret Secret)
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid LineageId { get; init; }

    public Guid? TeamId { get; init; }

    public byte[] KeySha256 => Secret.Sha256;

    public string KeyPrefix => Secret.Prefix;

    public string[] Surfaces { get; init; } = [];

    public string[]? AllowedModels { get; init; }

    public string[]? AllowedMcpTools { get; init; }

    public string CostCenter { get; init; } = "";

    public string[] Tags { get; init; } = [];

    public string[] IpAllowlist { get; init; } = [];

    public int? RotationPeriodDays { get; init; }

    public int? InactivityTimeoutDays { get; init; }

    public int? GracePeriodHours { get; init; }

    public bool CaptureDisabled { get; init; }

    public string CacheScope { get; init; } = "";

    public bool Ephemeral { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public Guid? CreatedBy { get; init; }
}
