using Dapper;
using Npgsql;
using ThinkWatch.Identity.Roles;
using ThinkWatch.Identity.Roles.Assignments;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sso;

/// <summary>
/// Makes what the mapping gave somebody what it gives now: at every sign-in, additions and removals. What was given by hand is neither counted nor taken.
/// Call it under the organisation's lock.
/// </summary>
internal static class SsoGroups
{
    private const string Savepoint = "groups";

    /// <summary>True when something changed.</summary>
    public static async Task<bool> ApplyAsync(
        HttpContext http, NpgsqlTransaction transaction, SsoConnection connection, Guid user, string email, IReadOnlyList<string> groups, CancellationToken cancellationToken)
    {
        var wanted = (await SsoStore.GrantsAsync(transaction.Connection!, connection.Id, transaction, cancellationToken)).Where(g => groups.Contains(g.GroupName, StringComparer.Ordinal)).ToList();
        var before = await HeldAsync(transaction, connection.OrgId, user, cancellationToken);
        var hadSuperAdmin = await GrantChange.HasSuperAdminAsync(transaction, connection.OrgId, cancellationToken);
        await transaction.SaveAsync(Savepoint, cancellationToken);
        if (await ReplaceAsync(transaction, connection, user, wanted, cancellationToken) == 0)
            return false;
        var kept = hadSuperAdmin && !await GrantChange.HasSuperAdminAsync(transaction, connection.OrgId, cancellationToken);
        // The last super administrator stays, whatever a directory says.
        if (kept)
            await transaction.RollbackAsync(Savepoint, cancellationToken);
        var after = await HeldAsync(transaction, connection.OrgId, user, cancellationToken);
        var entry = http.Audit("user.sso_groups", "user", user.ToString(), before, after, kept ? "denied" : "ok");
        (entry.OrgId, entry.ActorId, entry.ActorEmail) = (connection.OrgId.ToString(), user.ToString(), email);
        await AuditOutbox.AppendAsync(transaction, entry, cancellationToken);
        return !kept;
    }

    private static async Task<int> ReplaceAsync(
        NpgsqlTransaction transaction, SsoConnection connection, Guid user, IReadOnlyList<SsoGrant> wanted, CancellationToken cancellationToken)
    {
        var teams = wanted.Where(g => g.TeamId is not null).Select(g => g.TeamId!.Value).Distinct().ToArray();
        var roles = wanted.Where(g => g.RoleId is not null).DistinctBy(g => (g.RoleId, g.TeamId)).ToList();
        var changed = await transaction.Connection!.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM role_assignments a WHERE a.user_id = @user AND a.sso_connection_id = @connection
                AND NOT EXISTS (SELECT 1 FROM unnest(@roleIds, @roleTeams) AS w(role_id, team_id) WHERE w.role_id = a.role_id AND w.team_id IS NOT DISTINCT FROM a.team_id);
            DELETE FROM team_members WHERE user_id = @user AND sso_connection_id = @connection AND NOT team_id = ANY(@teams);
            INSERT INTO team_members (org_id, team_id, user_id, sso_connection_id) SELECT @org, t, @user, @connection FROM unnest(@teams) AS t
            ON CONFLICT (team_id, user_id) DO NOTHING;
            """,
            new
            {
                user,
                connection = connection.Id,
                org = connection.OrgId,
                teams,
                roleIds = roles.Select(r => r.RoleId!.Value).ToArray(),
                roleTeams = roles.Select(r => r.TeamId).ToArray(),
            },
            transaction, cancellationToken: cancellationToken));
        foreach (var role in roles)
        {
            changed += await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO role_assignments (id, org_id, user_id, role_id, team_id, sso_connection_id) VALUES (@id, @org, @user, @RoleId, @TeamId, @connection)
                ON CONFLICT (user_id, role_id, team_id) DO NOTHING
                """,
                new { id = Guid.CreateVersion7(), org = connection.OrgId, user, role.RoleId, role.TeamId, connection = connection.Id },
                transaction, cancellationToken: cancellationToken));
        }

        return changed;
    }

    private static async Task<Held> HeldAsync(NpgsqlTransaction transaction, Guid org, Guid user, CancellationToken cancellationToken) => new(
        await AssignmentStore.ListAsync(transaction.Connection!, org, user, transaction, cancellationToken),
        [.. await transaction.Connection!.QueryAsync<Guid>(new CommandDefinition(
            "SELECT team_id FROM team_members WHERE user_id = @user ORDER BY team_id", new { user }, transaction, cancellationToken: cancellationToken))]);

    private sealed record Held(IReadOnlyList<AssignmentView> Roles, IReadOnlyList<Guid> TeamIds);
}
