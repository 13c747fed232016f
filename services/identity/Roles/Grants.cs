namespace ThinkWatch.Identity.Roles;

/// <summary>
/// All that somebody's assignments come to, place by place: <see cref="Everywhere"/> is what needs no team, <see cref="AnyTeam"/> holds in every team
/// that is not among <see cref="Teams"/>. The one place where permissions are worked out. Immutable.
/// </summary>
internal sealed class Grants
{
    private Grants(IReadOnlyList<Assigned> assigned)
    {
        Everywhere = Reach.Of(assigned, Place.Anywhere);
        AnyTeam = Reach.Of(assigned, Place.AnyTeam);
        Teams = Mentioned(assigned).ToDictionary(t => t, t => Reach.Of(assigned, Place.In(t)));
    }

    public static Grants None { get; } = new([]);

    public Reach Everywhere { get; }

    public Reach AnyTeam { get; }

    public IReadOnlyDictionary<Guid, Reach> Teams { get; }

    public bool IsSuperAdmin => PermissionCatalog.Keys.All(Everywhere.Permissions.Contains);

    public static Grants Of(IReadOnlyList<Assigned> assigned) => assigned.Count == 0 ? None : new Grants(assigned);

    public static Grants Of(Policy policy, Guid? team = null) => new([new Assigned(policy, team)]);

    public Reach In(Guid? team) => team is not { } id ? Everywhere : Teams.GetValueOrDefault(id, AnyTeam);

    /// <summary>What this holds in some place that none of <paramref name="others"/> holds there; empty when it is within them.</summary>
    public IReadOnlyList<string> Beyond(params ReadOnlySpan<Grants> others)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Compare(found, Everywhere, Select(others, static g => g.Everywhere));
        Compare(found, AnyTeam, Select(others, static g => g.AnyTeam));
        var teams = new HashSet<Guid>(Teams.Keys);
        foreach (var other in others)
            teams.UnionWith(other.Teams.Keys);
        foreach (var team in teams)
            Compare(found, In(team), Select(others, g => g.In(team)));
        return [.. found];
    }

    private static void Compare(SortedSet<string> found, Reach mine, Reach[] others)
    {
        found.UnionWith(mine.Permissions.Where(p => !Array.Exists(others, o => o.Permissions.Contains(p))));
        if (mine.Permissions.Contains("ai_gateway:use") && !Array.Exists(others, o => o.Models.Covers(mine.Models)))
            found.Add("ai_gateway:use on more models");
        if (mine.Permissions.Contains("mcp_gateway:use") && !Array.Exists(others, o => o.Tools.Covers(mine.Tools)))
            found.Add("mcp_gateway:use on more tools");
    }

    private static Reach[] Select(ReadOnlySpan<Grants> grants, Func<Grants, Reach> reach)
    {
        var reaches = new Reach[grants.Length];
        for (var i = 0; i < grants.Length; i++)
            reaches[i] = reach(grants[i]);
        return reaches;
    }

    private static HashSet<Guid> Mentioned(IReadOnlyList<Assigned> assigned)
    {
        var teams = assigned.Where(a => a.Team is not null).Select(a => a.Team!.Value).ToHashSet();
        foreach (var statement in assigned.SelectMany(a => a.Policy.Statements))
        {
            foreach (var glob in statement.Globs(PolicyStatement.TeamPrefix))
            {
                if (Guid.TryParse(glob, out var team))
                    teams.Add(team);
            }
        }

        return teams;
    }
}
