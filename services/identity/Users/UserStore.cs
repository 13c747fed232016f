using System.Globalization;
using Dapper;
using Npgsql;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

/// <summary>The SQL of users and their roles. Every statement names the organisation.</summary>
internal static class UserStore
{
    private const string Columns = """
        u.id, u.email, u.display_name, u.kind, u.status, u.platform_admin, u.last_login_at, u.created_at, u.updated_at, u.version,
        (SELECT coalesce(array_agg(r.name ORDER BY r.name), '{}') FROM role_assignments a JOIN roles r ON r.id = a.role_id
            WHERE a.user_id = u.id AND a.team_id IS NULL) AS roles
        """;

    public static Task<UserView?> FindAsync(NpgsqlConnection connection, Guid org, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<UserView>(new CommandDefinition(
            $"SELECT {Columns} FROM users u WHERE u.org_id = @org AND u.id = @id AND u.deleted_at IS NULL {(transaction is null ? "" : "FOR UPDATE OF u")}",
            new { org, id }, transaction, cancellationToken: cancellationToken));

    public static async Task<Page<UserView>> ListAsync(NpgsqlConnection connection, Guid org, ListQuery query, CancellationToken cancellationToken)
    {
        var (field, descending) = query.SortBy("-created_at", "email");
        var after = query.After(2);
        var (column, type) = field == "email" ? ("lower(u.email)", "text") : ("u.created_at", "timestamptz");
        var (order, compare) = descending ? ("DESC", "<") : ("ASC", ">");
        var sql = $"""
            SELECT {Columns} FROM users u WHERE u.org_id = @org AND u.deleted_at IS NULL
                AND (@q::text IS NULL OR strpos(lower(u.email), lower(@q)) > 0 OR strpos(lower(u.display_name), lower(@q)) > 0)
                AND (@position::text IS NULL OR ({column}, u.id) {compare} (@position::{type}, @id::uuid))
            ORDER BY {column} {order}, u.id {order} LIMIT @fetch
            """;
        var parameters = new { org, q = query.Q, position = after?[0], id = after?[1], fetch = query.Fetch };
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
            "UPDATE users SET display_name = @DisplayName, status = @Status, updated_at = now(), version = version + 1 WHERE id = @Id",
            new { user.DisplayName, user.Status, user.Id }, transaction, cancellationToken: cancellationToken));

    /// <summary>The organisation's roles by name, with what they come to.</summary>
    public static async Task<IReadOnlyDictionary<string, AssignableRole>> RolesAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<(Guid Id, string Name, string Policy)>(new CommandDefinition(
            "SELECT id, name, policy::text FROM roles WHERE org_id = @org", new { org }, transaction, cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.Name, r => new AssignableRole(r.Id, EffectivePermissions.Of([Policy.Parse(r.Policy)])), StringComparer.Ordinal);
    }

    public static async Task AssignAsync(NpgsqlTransaction transaction, Guid org, Guid user, IEnumerable<Guid> roles, Guid? by, CancellationToken cancellationToken)
    {
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM role_assignments WHERE user_id = @user AND team_id IS NULL", new { user }, transaction, cancellationToken: cancellationToken));
        foreach (var role in roles)
        {
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                "INSERT INTO role_assignments (id, org_id, user_id, role_id, created_by) VALUES (@id, @org, @user, @role, @by)",
                new { id = Guid.CreateVersion7(), org, user, role, by }, transaction, cancellationToken: cancellationToken));
        }
    }

    /// <summary>Active people with the role super_admin. Locks them, so that two of them cannot remove each other at once.</summary>
    public static async Task<int> CountSuperAdminsAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken)
    {
        var ids = await transaction.Connection!.QueryAsync<Guid>(new CommandDefinition(
            """
            SELECT u.id FROM users u JOIN role_assignments a ON a.user_id = u.id AND a.team_id IS NULL JOIN roles r ON r.id = a.role_id
            WHERE u.org_id = @org AND u.status = 'active' AND u.deleted_at IS NULL AND u.kind = 'person' AND r.name = 'super_admin'
            ORDER BY u.id FOR UPDATE OF u
            """,
            new { org }, transaction, cancellationToken: cancellationToken));
        return ids.Count();
    }
}

internal sealed record AssignableRole(Guid Id, EffectivePermissions Effective);

internal sealed record NewUser(Guid Id, Guid OrgId, string Email, string DisplayName, string Kind, bool PlatformAdmin, string? PasswordHash)
{
    public override string ToString() => Id.ToString();
}
