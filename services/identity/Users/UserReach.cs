using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

/// <summary>
/// Whom a caller reaches with a permission that they hold in teams only: to read, whoever shares such a team; to change, whoever is in no other.
/// </summary>
internal static class UserReach
{
    /// <summary>A condition on <c>u.id</c> for lists; its parameters come from <see cref="Parameters"/>.</summary>
    public const string Condition = """
        (@everywhere OR u.id = @self OR EXISTS (SELECT 1 FROM team_members m JOIN teams t ON t.id = m.team_id
            WHERE m.user_id = u.id AND t.deleted_at IS NULL AND (@all OR m.team_id = ANY(@teams)) AND NOT m.team_id = ANY(@except)))
        """;

    private const string TeamsOf = "SELECT m.team_id FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = @user AND t.deleted_at IS NULL";

    public static void Parameters(DynamicParameters parameters, Principal caller, string permission)
    {
        var reach = caller.Reach(permission);
        parameters.Add("everywhere", reach.Everywhere);
        parameters.Add("self", Guid.Parse(caller.UserId));
        parameters.Add("all", reach.AllTeams);
        parameters.Add("teams", reach.Teams.ToArray());
        parameters.Add("except", reach.Except.ToArray());
    }

    public static async Task<bool> MaySeeAsync(NpgsqlConnection connection, Principal caller, string permission, Guid user, CancellationToken cancellationToken)
    {
        var reach = caller.Reach(permission);
        return reach.Everywhere || (await TeamsAsync(connection, user, null, cancellationToken)).Any(t => reach.Covers(t));
    }

    /// <exception cref="ApiProblemException">404: there is nobody of that id in the organisation whom the permission reaches.</exception>
    public static async Task RequireSeenAsync(
        NpgsqlConnection connection, Principal caller, string permission, Guid user, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var found = await UserStore.FindAsync(connection, caller.OrgId(), user, transaction, cancellationToken);
        var reach = caller.Reach(permission);
        if (found is null || (!reach.Everywhere && !(await TeamsAsync(connection, user, transaction, cancellationToken)).Any(t => reach.Covers(t))))
            throw ApiProblem.NotFound("user").AsException();
    }

    /// <summary>For what concerns the person as such, not their part in one team.</summary>
    /// <exception cref="ApiProblemException">404 as above; 403 when they are in a team that the permission does not reach.</exception>
    public static async Task RequireWholeAsync(
        NpgsqlConnection connection, Principal caller, string permission, Guid user, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await RequireSeenAsync(connection, caller, permission, user, transaction, cancellationToken);
        var reach = caller.Reach(permission);
        if (!reach.Everywhere && !(await TeamsAsync(connection, user, transaction, cancellationToken)).TrueForAll(t => reach.Covers(t)))
            throw ApiProblem.Forbidden($"This person is in other teams too, where you do not hold {permission}.").AsException();
    }

    private static async Task<List<Guid>> TeamsAsync(NpgsqlConnection connection, Guid user, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<Guid>(new CommandDefinition(TeamsOf, new { user }, transaction, cancellationToken: cancellationToken))).AsList();
}
