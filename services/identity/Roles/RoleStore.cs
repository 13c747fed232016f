using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

/// <summary>The SQL of roles, their members and their history. Every statement names the organisation.</summary>
internal static class RoleStore
{
    private const string Columns = """
        r.id, r.name, r.display_name, r.description, r.built_in, r.policy::text AS policy_text, r.created_at, r.updated_at, r.version,
        (SELECT count(DISTINCT a.user_id) FROM role_assignments a JOIN users u ON u.id = a.user_id WHERE a.role_id = r.id AND u.deleted_at IS NULL) AS member_count
        """;

    public static async Task<RoleView?> FindAsync(NpgsqlConnection connection, Guid org, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM roles r WHERE r.org_id = @org AND r.id = @id {(transaction is null ? "" : "FOR UPDATE OF r")}",
            new { org, id }, transaction, cancellationToken: cancellationToken));
        return row?.ToView();
    }

    public static async Task<RoleView?> FindAsync(NpgsqlTransaction transaction, Guid org, string name, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM roles r WHERE r.org_id = @org AND r.name = @name FOR UPDATE OF r", new { org, name }, transaction, cancellationToken: cancellationToken)))?.ToView();

    public static async Task<Page<RoleView>> ListAsync(NpgsqlConnection connection, Guid org, ListQuery query, CancellationToken cancellationToken)
    {
        var (_, descending) = query.SortBy("name");
        var after = query.After(1);
        var (order, compare) = descending ? ("DESC", "<") : ("ASC", ">");
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM roles r WHERE r.org_id = @org
                AND (@q::text IS NULL OR strpos(lower(r.name), lower(@q)) > 0 OR strpos(lower(r.display_name), lower(@q)) > 0)
                AND (@name::text IS NULL OR r.name {compare} @name)
            ORDER BY r.name {order} LIMIT @fetch
            """,
            new { org, q = query.Q, name = after?[0], fetch = query.Fetch }, cancellationToken: cancellationToken));
        return Page<RoleView>.From([.. rows.Select(r => r.ToView())], query.Limit, last => Cursor.Encode(last.Name));
    }

    public static Task InsertAsync(NpgsqlTransaction transaction, Guid org, Guid id, CreateRole role, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "INSERT INTO roles (id, org_id, name, display_name, description, policy) VALUES (@id, @org, @Name, @displayName, @description, @policy::jsonb)",
            new { id, org, role.Name, displayName = role.DisplayName ?? role.Name, description = role.Description ?? "", policy = role.Policy!.ToJson() },
            transaction, cancellationToken: cancellationToken));

    public static Task UpdateAsync(NpgsqlTransaction transaction, RoleView role, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            UPDATE roles SET name = @Name, display_name = @DisplayName, description = @Description, policy = @policy::jsonb, updated_at = now(),
                edited_at = now(), version = version + 1
            WHERE id = @Id
            """,
            new { role.Name, role.DisplayName, role.Description, policy = role.Policy.ToJson(), role.Id }, transaction, cancellationToken: cancellationToken));

    public static Task DeleteAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition("DELETE FROM roles WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken));

    /// <summary>Everybody with an assignment of the role, the deleted included: rows refer to it.</summary>
    public static async Task<IReadOnlyList<Guid>> HoldersAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Guid>(new CommandDefinition(
            "SELECT DISTINCT user_id FROM role_assignments WHERE role_id = @id", new { id }, transaction, cancellationToken: cancellationToken))).AsList();

    /// <summary>Gives the holders of one role another, in the same places; who has that already keeps it once.</summary>
    public static Task ReassignAsync(NpgsqlTransaction transaction, Guid from, Guid to, Guid by, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO role_assignments (id, org_id, user_id, role_id, team_id, created_by)
                SELECT gen_random_uuid(), org_id, user_id, @to, team_id, @by FROM role_assignments WHERE role_id = @from
                ON CONFLICT (user_id, role_id, team_id) DO NOTHING;
            DELETE FROM role_assignments WHERE role_id = @from;
            """,
            new { from, to, by }, transaction, cancellationToken: cancellationToken));

    public static async Task<Page<RoleMember>> MembersAsync(NpgsqlConnection connection, Guid org, Guid id, ListQuery query, CancellationToken cancellationToken)
    {
        var after = query.After(1);
        var rows = await connection.QueryAsync<RoleMember>(new CommandDefinition(
            """
            SELECT a.id AS AssignmentId, u.id AS UserId, u.email AS Email, u.display_name AS DisplayName, u.kind AS Kind, u.status AS Status,
                a.team_id AS TeamId, t.name AS TeamName, a.created_at AS AssignedAt
            FROM role_assignments a JOIN users u ON u.id = a.user_id LEFT JOIN teams t ON t.id = a.team_id
            WHERE a.org_id = @org AND a.role_id = @id AND u.deleted_at IS NULL AND t.deleted_at IS NULL AND (@after::uuid IS NULL OR a.id > @after)
            ORDER BY a.id LIMIT @fetch
            """,
            new { org, id, after = Cursors.Id(after?[0]), fetch = query.Fetch }, cancellationToken: cancellationToken));
        return Page<RoleMember>.From(rows.AsList(), query.Limit, last => Cursor.Encode(last.AssignmentId.ToString()));
    }

    public static Task RecordAsync(NpgsqlTransaction transaction, Principal author, Guid role, string action, object? before, object? after, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO role_history (id, org_id, role_id, action, before, after, author_id, author_email)
            VALUES (@id, @org, @role, @action, @before::jsonb, @after::jsonb, @author, @UserEmail)
            """,
            new
            {
                id = Guid.CreateVersion7(),
                org = author.OrgId(),
                role,
                action,
                author = Guid.Parse(author.UserId),
                author.UserEmail,
                before = before is null ? null : JsonSerializer.Serialize(before, ApiJson.Options),
                after = after is null ? null : JsonSerializer.Serialize(after, ApiJson.Options),
            },
            transaction, cancellationToken: cancellationToken));

    public static async Task<Page<RoleHistoryEntry>> HistoryAsync(NpgsqlConnection connection, Guid org, Guid id, ListQuery query, CancellationToken cancellationToken)
    {
        var after = query.After(2);
        var rows = await connection.QueryAsync<(Guid Id, string Action, Guid Author, string Email, DateTime At, string? Before, string? After)>(new CommandDefinition(
            """
            SELECT id, action, author_id, author_email, created_at, before::text, after::text FROM role_history
            WHERE org_id = @org AND role_id = @id AND (@position::text IS NULL OR (created_at, id) < (@position::timestamptz, @last::uuid))
            ORDER BY created_at DESC, id DESC LIMIT @fetch
            """,
            new { org, id, position = after?[0], last = Cursors.Id(after?[1]), fetch = query.Fetch }, cancellationToken: cancellationToken));
        var items = rows.Select(r => ToEntry(r.Id, r.Action, r.Author, r.Email, r.At, Parse(r.Before), Parse(r.After))).ToList();
        return Page<RoleHistoryEntry>.From(items, query.Limit, last => Cursor.Encode(last.CreatedAt.ToString("O", CultureInfo.InvariantCulture), last.Id.ToString()));
    }

    private static RoleHistoryEntry ToEntry(Guid id, string action, Guid author, string email, DateTime at, JsonElement? before, JsonElement? after) =>
        new(id, action, author, email, new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)), before, after, JsonDiff.Of(before, after));

    private static JsonElement? Parse(string? json) => json is null ? null : JsonElement.Parse(json);

    private sealed record Row
    {
        public Guid Id { get; init; }

        public string Name { get; init; } = "";

        public string DisplayName { get; init; } = "";

        public string Description { get; init; } = "";

        public bool BuiltIn { get; init; }

        public string PolicyText { get; init; } = "";

        public long MemberCount { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset UpdatedAt { get; init; }

        public long Version { get; init; }

        public RoleView ToView()
        {
            var policy = Policy.Parse(PolicyText);
            var grants = Grants.Of(policy);
            return new RoleView
            {
                Id = Id,
                Name = Name,
                DisplayName = DisplayName,
                Description = Description,
                BuiltIn = BuiltIn,
                Policy = policy,
                Permissions = [.. PermissionCatalog.Keys.Where(grants.Everywhere.Permissions.Contains)],
                TeamPermissions = [.. PermissionCatalog.Keys.Where(grants.AnyTeam.Permissions.Except(grants.Everywhere.Permissions).Contains)],
                MemberCount = MemberCount,
                CreatedAt = CreatedAt,
                UpdatedAt = UpdatedAt,
                Version = Version,
            };
        }
    }
}
