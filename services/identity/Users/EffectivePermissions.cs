using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Roles;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

/// <summary>What is held in one team.</summary>
internal sealed record TeamPermissions(Guid TeamId, string TeamName, IReadOnlyList<string> Permissions);

/// <summary>What somebody's roles come to: outside teams, in every team that is not listed, and in the listed ones.</summary>
internal sealed record EffectivePermissions(IReadOnlyList<string> Permissions, IReadOnlyList<string> AnyTeam, IReadOnlyList<TeamPermissions> Teams);

internal sealed class EffectivePermissionReader(NpgsqlDataSource database)
{
    private const string Assignments = """
        SELECT r.policy::text, a.team_id FROM role_assignments a JOIN roles r ON r.id = a.role_id LEFT JOIN teams t ON t.id = a.team_id
        WHERE a.user_id = @user AND t.deleted_at IS NULL
        """;

    private const string TeamNames = "SELECT id, name FROM teams WHERE org_id = @org AND id = ANY(@teams) AND deleted_at IS NULL ORDER BY lower(name), id";

    public async Task<EffectivePermissions> ReadAsync(Principal caller, Guid user, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (user.ToString() != caller.UserId)
            await UserReach.RequireSeenAsync(connection, caller, "users:read", user, null, cancellationToken);
        var rows = await connection.QueryAsync<(string Policy, Guid? Team)>(new CommandDefinition(Assignments, new { user }, cancellationToken: cancellationToken));
        var grants = Grants.Of([.. rows.Select(r => new Assigned(Policy.Parse(r.Policy), r.Team))]);
        var teams = await connection.QueryAsync<(Guid Id, string Name)>(new CommandDefinition(
            TeamNames, new { org = caller.OrgId(), teams = grants.Teams.Keys.ToArray() }, cancellationToken: cancellationToken));
        return new EffectivePermissions(
            Listed(grants.Everywhere), Listed(grants.AnyTeam), [.. teams.Select(t => new TeamPermissions(t.Id, t.Name, Listed(grants.In(t.Id))))]);
    }

    private static string[] Listed(Reach reach) => [.. PermissionCatalog.Keys.Where(reach.Permissions.Contains)];
}
