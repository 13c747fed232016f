using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Principals;
using ThinkWatch.ManagementApi;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Users;

internal sealed record MeTeam(string Id, string Name);

/// <summary>Held in a team beyond what is held everywhere; team_id "*": in every team.</summary>
internal sealed record MeTeamPermissions(string TeamId, IReadOnlyList<string> Permissions);

/// <summary>The caller as the console shows them. <c>KeyId</c> is null for a session.</summary>
internal sealed record Me(
    string Id, string Email, string DisplayName, string OrgId, string SiteName, bool PlatformAdmin,
    IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions, IReadOnlyList<string> Surfaces, IReadOnlyList<MeTeam> Teams, string? KeyId,
    IReadOnlyList<MeTeamPermissions> TeamPermissions, bool MustChangePassword, bool TotpEnabled, bool MustEnrollTotp);

internal sealed class MeReader(NpgsqlDataSource database, PrincipalReader principals, ISettings settings)
{
    private const string Names = """
        SELECT o.name FROM organizations o WHERE o.id = @org;
        SELECT r.name FROM roles r WHERE r.id = ANY(@roles) ORDER BY r.name;
        SELECT u.must_change_password, u.totp_enabled_at IS NOT NULL AS totp_enabled, u.password_hash IS NULL AS sso_only FROM users u WHERE u.id = @user;
        """;

    public async Task<Me> ReadAsync(Guid userId, CancellationToken cancellationToken)
    {
        var reply = await principals.ReadUserAsync(userId, cancellationToken, signedIn: true);
        return reply.Principal is { } principal ? await ReadAsync(principal, cancellationToken) : throw ApiProblem.Unauthenticated().AsException();
    }

    public async Task<Me> ReadAsync(Principal caller, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var parameters = new { org = caller.OrgId(), roles = caller.RoleIds.Select(Guid.Parse).ToArray(), user = Guid.Parse(caller.UserId) };
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(Names, parameters, cancellationToken: cancellationToken));
        var organization = await rows.ReadSingleOrDefaultAsync<string>() ?? "";
        var roles = (await rows.ReadAsync<string>()).ToList();
        var (mustChange, totp, ssoOnly) = await rows.ReadSingleOrDefaultAsync<(bool, bool, bool)>();
        var session = caller.KeyId.Length == 0;
        return new Me(
            caller.UserId, caller.UserEmail, caller.UserDisplayName, caller.OrgId, SiteName(organization), caller.PlatformAdmin,
            roles, caller.Permissions, caller.Surfaces, [.. caller.Teams.Select(t => new MeTeam(t.Id, t.Name))], caller.KeyId.Length == 0 ? null : caller.KeyId,
            [.. caller.TeamGrants.Select(g => new MeTeamPermissions(g.TeamId, g.Permissions))], mustChange && session, totp,
            session && !totp && !ssoOnly && settings.Get(SettingsRegistry.Auth.TotpRequired));
    }

    // The setting once an operator has set it; until then the name given at set-up.
    private string SiteName(string organization)
    {
        var name = settings.Get(SettingsRegistry.General.SiteName);
        return name == SettingsRegistry.General.SiteName.Default && organization.Length > 0 ? organization : name;
    }
}
