using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Where a caller holds one permission. <see cref="Everywhere"/>: for what belongs to no team too; <see cref="AllTeams"/>: in every team;
/// <see cref="Teams"/>: in these; never in <see cref="Except"/>. Immutable.
/// </summary>
public sealed record TeamReach(bool Everywhere, bool AllTeams, IReadOnlyList<Guid> Teams, IReadOnlyList<Guid> Except)
{
    public bool Any => Everywhere || AllTeams || Teams.Count > 0;

    /// <summary>Null: something that belongs to no team.</summary>
    public bool Covers(Guid? team) => team is { } id ? (AllTeams || Teams.Contains(id)) && !Except.Contains(id) : Everywhere;
}

public static class TeamReachAccess
{
    private const string EveryTeam = "*";

    public static TeamReach Reach(this Principal caller, string permission)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var everywhere = caller.Holds(permission);
        var granted = TeamsWith(caller.TeamGrants, permission);
        var denied = TeamsWith(caller.TeamDenials, permission);
        var all = (everywhere || granted.Contains(EveryTeam)) && !denied.Contains(EveryTeam);
        return new TeamReach(everywhere, all, Ids(granted), Ids(denied));
    }

    /// <exception cref="ApiProblemException">403 that names the permission.</exception>
    public static void MustHoldIn(this Principal caller, string permission, Guid? team)
    {
        if (!caller.Reach(permission).Covers(team))
            throw ApiProblem.MissingPermission(permission).AsException();
    }

    private static List<string> TeamsWith(IEnumerable<TeamPermissions> scopes, string permission) =>
        [.. scopes.Where(s => s.Permissions.Contains(permission)).Select(s => s.TeamId)];

    private static List<Guid> Ids(List<string> teams) => [.. teams.Where(t => t != EveryTeam).Select(Guid.Parse)];
}
