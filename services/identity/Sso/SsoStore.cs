using System.Text.Json;
using Dapper;
using Npgsql;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sso;

/// <summary>The SQL of connections and their mappings.</summary>
internal static class SsoStore
{
    private const string Columns = "c.*, o.disabled_at IS NOT NULL AS org_disabled";

    public static Task<SsoConnection?> OfOrganizationAsync(NpgsqlConnection connection, Guid org, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<SsoConnection>(new CommandDefinition(
            $"SELECT {Columns} FROM sso_connections c JOIN organizations o ON o.id = c.org_id WHERE c.org_id = @org {(transaction is null ? "" : "FOR UPDATE OF c")}",
            new { org }, transaction, cancellationToken: cancellationToken));

    public static Task<SsoConnection?> FindAsync(NpgsqlConnection connection, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<SsoConnection>(new CommandDefinition(
            $"SELECT {Columns} FROM sso_connections c JOIN organizations o ON o.id = c.org_id WHERE c.id = @id", new { id }, transaction, cancellationToken: cancellationToken));

    /// <summary>What the login page offers to who names none: the connection of the organisation that runs the installation.</summary>
    public static Task<SsoConnection?> FirstAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<SsoConnection>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM sso_connections c JOIN organizations o ON o.id = c.org_id
            WHERE c.org_id = (SELECT id FROM organizations ORDER BY created_at, id LIMIT 1)
            """,
            cancellationToken: cancellationToken));

    public static async Task<IReadOnlyList<SsoGrant>> GrantsAsync(NpgsqlConnection connection, Guid id, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<SsoGrant>(new CommandDefinition(
            """
            SELECT m.group_name AS GroupName, m.role_id AS RoleId, r.name AS Role, r.policy::text AS Policy, m.team_id AS TeamId
            FROM sso_mappings m LEFT JOIN roles r ON r.id = m.role_id LEFT JOIN teams t ON t.id = m.team_id
            WHERE m.connection_id = @id AND t.deleted_at IS NULL ORDER BY m.group_name, r.name, t.name
            """,
            new { id }, transaction, cancellationToken: cancellationToken))).AsList();

    public static async Task<SsoView> ViewAsync(NpgsqlConnection connection, SsoConnection row, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var mappings = await GrantsAsync(connection, row.Id, transaction, cancellationToken);
        var (role, users, test) = await connection.QuerySingleAsync<(string?, long, string?)>(new CommandDefinition(
            """
            SELECT (SELECT name FROM roles WHERE id = c.default_role_id), (SELECT count(*) FROM sso_identities i WHERE i.connection_id = c.id AND i.issuer = c.issuer),
                c.last_test::text FROM sso_connections c WHERE c.id = @Id
            """,
            new { row.Id }, transaction, cancellationToken: cancellationToken));
        return new SsoView
        {
            Id = row.Id,
            Preset = row.Preset,
            Label = row.Label,
            Status = row.Active ? "active" : "draft",
            Issuer = row.Issuer,
            ClientId = row.ClientId,
            HasClientSecret = row.ClientSecret is not null,
            ConsoleUrl = row.ConsoleUrl,
            RedirectUri = row.RedirectUri,
            AllowPrivateNetwork = row.AllowPrivateNetwork,
            Scopes = row.Scopes,
            NameClaim = row.NameClaim,
            GroupsClaim = row.GroupsClaim,
            EmailDomains = row.EmailDomains,
            CreateUsers = row.CreateUsers,
            DefaultRole = role,
            Mappings = [.. mappings.Select(m => new SsoMapping(m.GroupName, m.Role, m.TeamId))],
            TestedAt = row.TestedAt,
            LastTest = test is null ? null : JsonSerializer.Deserialize<SsoTestResult>(test, ApiJson.Options),
            UserCount = users,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
            Version = row.Version,
        };
    }

    public static Task SaveAsync(NpgsqlTransaction transaction, SsoConnection row, CancellationToken cancellationToken) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
        """
        INSERT INTO sso_connections (id, org_id, preset, label, issuer, client_id, client_secret, console_url, allow_private_network, scopes, name_claim, groups_claim,
            email_domains, create_users, default_role_id, active, tested_at)
        VALUES (@Id, @OrgId, @Preset, @Label, @Issuer, @ClientId, @ClientSecret, @ConsoleUrl, @AllowPrivateNetwork, @Scopes, @NameClaim, @GroupsClaim,
            @EmailDomains, @CreateUsers, @DefaultRoleId, @Active, @TestedAt)
        ON CONFLICT (id) DO UPDATE SET preset = excluded.preset, label = excluded.label, issuer = excluded.issuer, client_id = excluded.client_id,
            client_secret = excluded.client_secret, console_url = excluded.console_url, allow_private_network = excluded.allow_private_network, scopes = excluded.scopes,
            name_claim = excluded.name_claim, groups_claim = excluded.groups_claim, email_domains = excluded.email_domains, create_users = excluded.create_users,
            default_role_id = excluded.default_role_id, active = excluded.active, tested_at = excluded.tested_at,
            last_test = CASE WHEN excluded.tested_at IS NULL THEN NULL ELSE sso_connections.last_test END,
            updated_at = now(), version = sso_connections.version + 1
        """,
        row, transaction, cancellationToken: cancellationToken));

    public static async Task ReplaceMappingsAsync(NpgsqlTransaction transaction, SsoConnection row, IReadOnlyList<SsoGrant> mappings, CancellationToken cancellationToken)
    {
        await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "DELETE FROM sso_mappings WHERE connection_id = @Id", new { row.Id }, transaction, cancellationToken: cancellationToken));
        foreach (var mapping in mappings)
        {
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO sso_mappings (id, org_id, connection_id, group_name, role_id, team_id) VALUES (@id, @OrgId, @connection, @GroupName, @RoleId, @TeamId)
                ON CONFLICT (connection_id, group_name, role_id, team_id) DO NOTHING
                """,
                new { id = Guid.CreateVersion7(), row.OrgId, connection = row.Id, mapping.GroupName, mapping.RoleId, mapping.TeamId },
                transaction, cancellationToken: cancellationToken));
        }
    }

    public static Task SetActiveAsync(NpgsqlTransaction transaction, Guid id, bool active, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            "UPDATE sso_connections SET active = @active, updated_at = now(), version = version + 1 WHERE id = @id", new { id, active }, transaction, cancellationToken: cancellationToken));

    /// <summary>Notes a test; it counts only for the version that was tested.</summary>
    public static Task<int> SetTestedAsync(NpgsqlTransaction transaction, SsoConnection row, SsoTestResult result, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            UPDATE sso_connections SET last_test = @json::jsonb, tested_at = CASE WHEN @Ok THEN @At ELSE tested_at END
            WHERE id = @Id AND version = @Version
            """,
            new { row.Id, row.Version, result.Ok, result.At, json = JsonSerializer.Serialize(result, ApiJson.Options) }, transaction, cancellationToken: cancellationToken));

    public static Task DeleteAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(new CommandDefinition("DELETE FROM sso_connections WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken));
}
