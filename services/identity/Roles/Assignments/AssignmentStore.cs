using Dapper;
using Npgsql;

namespace ThinkWatch.Identity.Roles.Assignments;

internal static class AssignmentStore
{
    public static async Task<IReadOnlyList<AssignmentView>> ListAsync(
        NpgsqlConnection connection, Guid org, Guid user, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<AssignmentView>(new CommandDefinition(
            """
            SELECT a.id AS Id, r.id AS RoleId, r.name AS Role, r.display_name AS RoleDisplayName, a.team_id AS TeamId, t.name AS TeamName, a.created_at AS CreatedAt
            FROM role_assignments a JOIN roles r ON r.id = a.role_id LEFT JOIN teams t ON t.id = a.team_id
            WHERE a.org_id = @org AND a.user_id = @user AND t.deleted_at IS NULL ORDER BY r.name, a.id
            """,
            new { org, user }, transaction, cancellationToken: cancellationToken))).AsList();

    public static Task InsertAsync(NpgsqlTransaction transaction, Guid org, Guid user, Guid role, Guid? team, Guid? by, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO role_assignments (id, org_id, user_id, role_id, team_id, created_by) VALUES (@id, @org, @user, @role, @team, @by)
            ON CONFLICT (user_id, role_id, team_id) DO NOTHING
            """,
            new { id = Guid.CreateVersion7(), org, user, role, team, by }, transaction, cancellationToken: cancellationToken));

    public static Task DeleteAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition("DELETE FROM role_assignments WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken));
}
