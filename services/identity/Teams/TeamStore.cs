using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Teams;

/// <summary>The SQL of teams and their members. Every statement names the organisation or a team that was found by it.</summary>
internal static class TeamStore
{
    private const string Columns = """
        t.id, t.name, t.description, t.cost_center, t.created_at, t.updated_at, t.version,
        (SELECT count(*) FROM team_members m JOIN users u ON u.id = m.user_id WHERE m.team_id = t.id AND u.deleted_at IS NULL) AS member_count
        """;

    public static Task<bool> ExistsAsync(NpgsqlTransaction transaction, Guid org, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT 1 FROM teams WHERE org_id = @org AND id = @id AND deleted_at IS NULL)", new { org, id }, transaction, cancellationToken: cancellationToken));

    public static Task<TeamView?> FindAsync(NpgsqlConnection connection, Guid org, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<TeamView>(new CommandDefinition(
            $"SELECT {Columns} FROM teams t WHERE t.org_id = @org AND t.id = @id AND t.deleted_at IS NULL {(transaction is null ? "" : "FOR UPDATE OF t")}",
            new { org, id }, transaction, cancellationToken: cancellationToken));

    /// <summary>Those that teams:read reaches, and with teams:read_own those that the caller is in.</summary>
    public static async Task<Page<TeamView>> ListAsync(NpgsqlConnection connection, Principal caller, ListQuery query, CancellationToken cancellationToken)
    {
        var (_, descending) = query.SortBy("name");
        var after = query.After(2);
        var (order, compare) = descending ? ("DESC", "<") : ("ASC", ">");
        var (all, own) = (caller.Reach("teams:read"), caller.Reach("teams:read_own").Any);
        var rows = (await connection.QueryAsync<TeamView>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM teams t WHERE t.org_id = @org AND t.deleted_at IS NULL
                AND (((@all OR t.id = ANY(@teams)) AND NOT t.id = ANY(@except))
                    OR (@own AND EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = t.id AND m.user_id = @self)))
                AND (@q::text IS NULL OR strpos(lower(t.name), lower(@q)) > 0 OR strpos(lower(t.cost_center), lower(@q)) > 0)
                AND (@name::text IS NULL OR (lower(t.name), t.id) {compare} (@name, @id::uuid))
            ORDER BY lower(t.name) {order}, t.id {order} LIMIT @fetch
            """,
            new
            {
                org = caller.OrgId(),
                all = all.AllTeams,
                teams = all.Teams.ToArray(),
                except = all.Except.ToArray(),
                own,
                self = Guid.Parse(caller.UserId),
                q = query.Q,
                name = after?[0],
                id = Cursors.Id(after?[1]),
                fetch = query.Fetch,
            },
            cancellationToken: cancellationToken))).AsList();
        return Page<TeamView>.From(rows, query.Limit, last => Cursor.Encode(last.Name.ToLowerInvariant(), last.Id.ToString()));
    }

    public static Task InsertAsync(NpgsqlTransaction transaction, Guid org, Guid id, CreateTeam team, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "INSERT INTO teams (id, org_id, name, description, cost_center) VALUES (@id, @org, @name, @description, @costCenter)",
            new { id, org, name = team.Name!.Trim(), description = team.Description ?? "", costCenter = team.CostCenter ?? "" }, transaction, cancellationToken: cancellationToken));

    public static Task UpdateAsync(NpgsqlTransaction transaction, TeamView team, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "UPDATE teams SET name = @Name, description = @Description, cost_center = @CostCenter, updated_at = now(), version = version + 1 WHERE id = @Id",
            team, transaction, cancellationToken: cancellationToken));

    public static Task DeleteAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "UPDATE teams SET deleted_at = now(), updated_at = now(), version = version + 1 WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken));

    public static async Task<IReadOnlyList<Guid>> PeopleAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Guid>(new CommandDefinition(
            "SELECT user_id FROM team_members WHERE team_id = @id UNION SELECT user_id FROM role_assignments WHERE team_id = @id",
            new { id }, transaction, cancellationToken: cancellationToken))).AsList();

    public static async Task<Page<TeamMember>> MembersAsync(NpgsqlConnection connection, Guid team, ListQuery query, CancellationToken cancellationToken)
    {
        var after = query.After(2);
        var rows = (await connection.QueryAsync<TeamMember>(new CommandDefinition(
            """
            SELECT u.id AS UserId, u.email AS Email, u.display_name AS DisplayName, u.kind AS Kind, u.status AS Status, m.manager AS Manager, m.created_at AS JoinedAt
            FROM team_members m JOIN users u ON u.id = m.user_id WHERE m.team_id = @team AND u.deleted_at IS NULL
                AND (@email::text IS NULL OR (lower(u.email), u.id) > (@email, @id::uuid))
            ORDER BY lower(u.email), u.id LIMIT @fetch
            """,
            new { team, email = after?[0], id = Cursors.Id(after?[1]), fetch = query.Fetch }, cancellationToken: cancellationToken))).AsList();
        return Page<TeamMember>.From(rows, query.Limit, last => Cursor.Encode(last.Email.ToLowerInvariant(), last.UserId.ToString()));
    }

    /// <summary>The version of who is in a team, and who manages it.</summary>
    public static async Task<long> MembersVersionAsync(NpgsqlConnection connection, Guid team, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        ETags.VersionOf(await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT concat_ws(':', user_id, manager, created_at) FROM team_members WHERE team_id = @team", new { team }, transaction, cancellationToken: cancellationToken)));

    public static async Task<Page<TeamRole>> RolesAsync(NpgsqlConnection connection, Guid team, ListQuery query, CancellationToken cancellationToken)
    {
        var after = query.After(1);
        var rows = (await connection.QueryAsync<TeamRole>(new CommandDefinition(
            """
            SELECT a.id AS AssignmentId, u.id AS UserId, u.email AS Email, u.display_name AS DisplayName, r.id AS RoleId, r.name AS Role,
                r.display_name AS RoleDisplayName, a.created_at AS AssignedAt
            FROM role_assignments a JOIN users u ON u.id = a.user_id JOIN roles r ON r.id = a.role_id
            WHERE a.team_id = @team AND u.deleted_at IS NULL AND (@after::uuid IS NULL OR a.id > @after)
            ORDER BY a.id LIMIT @fetch
            """,
            new { team, after = Cursors.Id(after?[0]), fetch = query.Fetch }, cancellationToken: cancellationToken))).AsList();
        return Page<TeamRole>.From(rows, query.Limit, last => Cursor.Encode(last.AssignmentId.ToString()));
    }

    public static Task<bool?> IsManagerAsync(NpgsqlTransaction transaction, Guid team, Guid user, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteScalarAsync<bool?>(new CommandDefinition(
            "SELECT manager FROM team_members WHERE team_id = @team AND user_id = @user", new { team, user }, transaction, cancellationToken: cancellationToken));

    public static Task AddMemberAsync(NpgsqlTransaction transaction, Guid org, Guid team, Guid user, bool manager, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO team_members (org_id, team_id, user_id, manager) VALUES (@org, @team, @user, @manager)
            ON CONFLICT (team_id, user_id) DO UPDATE SET manager = excluded.manager
            """,
            new { org, team, user, manager }, transaction, cancellationToken: cancellationToken));

    /// <summary>Takes the person out of the team, and with it whatever roles they have there.</summary>
    public static Task RemoveMemberAsync(NpgsqlTransaction transaction, Guid team, Guid user, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM role_assignments WHERE team_id = @team AND user_id = @user; DELETE FROM team_members WHERE team_id = @team AND user_id = @user;",
            new { team, user }, transaction, cancellationToken: cancellationToken));

    public static Task UnassignAsync(NpgsqlTransaction transaction, Guid team, Guid user, Guid role, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM role_assignments WHERE team_id = @team AND user_id = @user AND role_id = @role", new { team, user, role }, transaction, cancellationToken: cancellationToken));
}
