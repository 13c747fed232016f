using Dapper;
using Npgsql;

namespace ThinkWatch.Identity.Roles;

/// <summary>What people hold, read in the transaction that is about to change it. Parsed anew: what is not committed must not reach a cache.</summary>
internal static class GrantStore
{
    private const string Sql = """
        SELECT a.user_id, r.policy::text AS policy, a.team_id FROM role_assignments a JOIN roles r ON r.id = a.role_id LEFT JOIN teams t ON t.id = a.team_id
        WHERE a.user_id = ANY(@users) AND t.deleted_at IS NULL
        """;

    public static async Task<Grants> OfAsync(NpgsqlTransaction transaction, Guid user, CancellationToken cancellationToken) =>
        (await OfAsync(transaction, [user], cancellationToken))[user];

    public static async Task<Dictionary<Guid, Grants>> OfAsync(NpgsqlTransaction transaction, IReadOnlyCollection<Guid> users, CancellationToken cancellationToken)
    {
        var rows = await transaction.Connection!.QueryAsync<(Guid User, string Policy, Guid? Team)>(
            new CommandDefinition(Sql, new { users = users.ToArray() }, transaction, cancellationToken: cancellationToken));
        var byUser = rows.ToLookup(r => r.User, r => new Assigned(Policy.Parse(r.Policy), r.Team));
        return users.Distinct().ToDictionary(u => u, u => Grants.Of([.. byUser[u]]));
    }

    /// <summary>Active people of the organisation with the role super_admin everywhere.</summary>
    public static async Task<IReadOnlyList<Guid>> SuperAdminsAsync(NpgsqlTransaction transaction, Guid org, CancellationToken cancellationToken) =>
        (await transaction.Connection!.QueryAsync<Guid>(new CommandDefinition(
            """
            SELECT u.id FROM users u JOIN role_assignments a ON a.user_id = u.id AND a.team_id IS NULL JOIN roles r ON r.id = a.role_id
            WHERE u.org_id = @org AND u.status = 'active' AND u.deleted_at IS NULL AND u.kind = 'person' AND r.name = 'super_admin'
            """,
            new { org }, transaction, cancellationToken: cancellationToken))).AsList();
}
