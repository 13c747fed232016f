using System.Globalization;
using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

/// <summary>The SQL of users and their roles. Every statement names the organisation.</summary>
internal static class UserStore
{
    private const string Columns = """
        u.id, u.email, u.display_name, u.kind, CASE WHEN u.deleted_at IS NULL THEN u.status ELSE 'deleted' END AS status, u.platform_admin,
        (u.kind = 'person' AND u.password_hash IS NULL AND NOT EXISTS (SELECT 1 FROM sso_identities i WHERE i.user_id = u.id)) AS invited,
        EXISTS (SELECT 1 FROM sso_identities i WHERE i.user_id = u.id) AS sso, u.password_hash IS NOT NULL AS has_password, u.must_change_password, u.totp_enabled_at IS NOT NULL AS totp_enabled,
        u.last_login_at, u.created_at, u.updated_at, u.deleted_at, u.version,
        (SELECT coalesce(array_agg(r.name ORDER BY r.name), '{}') FROM role_assignments a JOIN roles r ON r.id = a.role_id
            WHERE a.user_id = u.id AND a.team_id IS NULL) AS roles,
        (SELECT coalesce(array_agg(m.team_id ORDER BY t.name), '{}') FROM team_members m JOIN teams t ON t.id = m.team_id
            WHERE m.user_id = u.id AND t.deleted_at IS NULL) AS team_ids
        """;

    public static Task<UserView?> FindAsync(
        NpgsqlConnection connection, Guid org, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken, bool deleted = false) =>
        connection.QuerySingleOrDefaultAsync<UserView>(new CommandDefinition(
            $"SELECT {Columns} FROM users u WHERE u.org_id = @org AND u.id = @id AND (u.deleted_at IS NOT NULL) = @deleted {(transaction is null ? "" : "FOR UPDATE OF u")}",
            new { org, id, deleted }, transaction, cancellationToken: cancellationToken));

    /// <summary>Those whom the caller's users:read reaches.</summary>
    public static async Task<Page<UserView>> ListAsync(NpgsqlConnection connection, Principal caller, UserFilter filter, ListQuery query, CancellationToken cancellationToken)
    {
        var (field, descending) = query.SortBy("-created_at", "email");
        var after = query.After(2);
        var (column, type) = field == "email" ? ("lower(u.email)", "text") : ("u.created_at", "timestamptz");
        var (order, compare) = descending ? ("DESC", "<") : ("ASC", ">");
        var sql = $"""
            SELECT {Columns} FROM users u WHERE u.org_id = @org AND {UserReach.Condition}
                AND (u.deleted_at IS NOT NULL) = (@status::text IS NOT DISTINCT FROM 'deleted')
                AND (@status::text IS NULL OR @status = 'deleted' OR u.status = @status) AND (@kind::text IS NULL OR u.kind = @kind)
                AND (@sso::boolean IS NULL OR EXISTS (SELECT 1 FROM sso_identities i WHERE i.user_id = u.id) = @sso)
                AND (@team::uuid IS NULL OR EXISTS (SELECT 1 FROM team_members m WHERE m.user_id = u.id AND m.team_id = @team))
                AND (@q::text IS NULL OR strpos(lower(u.email), lower(@q)) > 0 OR strpos(lower(u.display_name), lower(@q)) > 0)
                AND (@position::text IS NULL OR ({column}, u.id) {compare} (@position::{type}, @id::uuid))
            ORDER BY {column} {order}, u.id {order} LIMIT @fetch
            """;
        var parameters = new DynamicParameters(new
        {
            org = caller.OrgId(),
            status = filter.Status,
            kind = filter.Kind,
            sso = filter.Sso,
            team = filter.TeamId,
            q = query.Q,
            position = after?[0],
            id = Cursors.Id(after?[1]),
            fetch = query.Fetch,
        });
        UserReach.Parameters(parameters, caller, "users:read");
        var rows = (await connection.QueryAsync<UserView>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).AsList();
        return Page<UserView>.From(rows, query.Limit, last => Cursor.Encode(
            field == "email" ? last.Email.ToLowerInvariant() : last.CreatedAt.ToString("O", CultureInfo.InvariantCulture), last.Id.ToString()));
    }

    public static Task InsertAsync(NpgsqlTransaction transaction, NewUser user, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO users (id, org_id, email, display_name, kind, platform_admin, password_hash, password_changed_at)
            VALUES (@Id, @OrgId, @Email, @DisplayName, @Kind, @PlatformAdmin, @PasswordHash, CASE WHEN @PasswordHash::text IS NULL THEN NULL ELSE now() END)
            """,
            user, transaction, cancellationToken: cancellationToken));

    public static Task UpdateAsync(NpgsqlTransaction transaction, UserView user, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "UPDATE users SET display_name = @DisplayName, status = @Status, platform_admin = @PlatformAdmin, updated_at = now(), version = version + 1 WHERE id = @Id",
            new { user.DisplayName, user.Status, user.PlatformAdmin, user.Id }, transaction, cancellationToken: cancellationToken));

    /// <summary>Another version of the user, whose roles were changed: an edit that was begun before would put the old ones back.</summary>
    public static Task TouchAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "UPDATE users SET updated_at = now(), version = version + 1 WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken));

    /// <summary>Deletes so that it can be undone, or undoes it.</summary>
    public static Task SetDeletedAsync(NpgsqlTransaction transaction, Guid id, bool deleted, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "UPDATE users SET deleted_at = CASE WHEN @deleted THEN now() END, updated_at = now(), version = version + 1 WHERE id = @id",
            new { id, deleted }, transaction, cancellationToken: cancellationToken));

    public static Task SetPasswordAsync(NpgsqlTransaction transaction, Guid id, string? hash, bool mustChange, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            UPDATE users SET password_hash = @hash, password_changed_at = now(), must_change_password = @mustChange, updated_at = now(), version = version + 1
            WHERE id = @id
            """,
            new { id, hash, mustChange }, transaction, cancellationToken: cancellationToken));

    public static Task<long> CountPlatformAdminsAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT count(*) FROM users WHERE platform_admin AND status = 'active' AND deleted_at IS NULL", transaction: transaction, cancellationToken: cancellationToken));

    /// <summary>The organisation's roles by name.</summary>
    public static async Task<IReadOnlyDictionary<string, (Guid Id, Policy Policy)>> RolesAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<(Guid Id, string Name, string Policy)>(new CommandDefinition(
            "SELECT id, name, policy::text FROM roles WHERE org_id = @org", new { org }, transaction, cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.Name, r => (r.Id, Policy.Parse(r.Policy)), StringComparer.Ordinal);
    }

    public static async Task AssignAsync(NpgsqlTransaction transaction, Guid org, Guid user, IEnumerable<Guid> roles, Guid? by, CancellationToken cancellationToken)
    {
        // What stays is not made anew: an assignment of the group mapping remains one.
        var wanted = roles.ToArray();
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM role_assignments WHERE user_id = @user AND team_id IS NULL AND NOT role_id = ANY(@wanted)", new { user, wanted }, transaction, cancellationToken: cancellationToken));
        foreach (var role in wanted)
        {
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO role_assignments (id, org_id, user_id, role_id, created_by) VALUES (@id, @org, @user, @role, @by)
                ON CONFLICT (user_id, role_id, team_id) DO NOTHING
                """,
                new { id = Guid.CreateVersion7(), org, user, role, by }, transaction, cancellationToken: cancellationToken));
        }
    }
}

/// <summary>status: active | disabled | deleted; kind: person | service_account; sso: linked to single sign-on, or not.</summary>
internal sealed record UserFilter(string? Status, string? Kind, Guid? TeamId, bool? Sso = null);

internal sealed record NewUser(Guid Id, Guid OrgId, string Email, string DisplayName, string Kind, bool PlatformAdmin, string? PasswordHash)
{
    public override string ToString() => Id.ToString();
}
