namespace ThinkWatch.Identity.Roles;

/// <summary>A policy as it is assigned: everywhere (null) or in one team.</summary>
internal sealed record Assigned(Policy Policy, Guid? Team);

/// <summary>Where something is: outside any team, in a team that nobody names, or in a particular one.</summary>
internal readonly record struct Place(bool InTeam, Guid? Team)
{
    public static Place Anywhere => default;

    public static Place AnyTeam => new(true, null);

    public static Place In(Guid team) => new(true, team);
}

/// <summary>
/// What a set of assignments comes to in one place. The rules: nothing is allowed by absence; a deny wins over every allow; an assignment to a
/// team counts in that team only; a statement that names teams counts in those. A deny that names teams counts outside teams too, because
/// what is not in a team cannot be told apart there. Immutable.
/// </summary>
internal sealed record Reach(IReadOnlySet<string> Permissions, NameLimits Models, NameLimits Tools)
{
    private const string UseModels = "ai_gateway:use";
    private const string UseTools = "mcp_gateway:use";
    private const string Connect = "mcp:connect";

    public static Reach Of(IReadOnlyList<Assigned> assigned, Place place)
    {
        var statements = assigned.SelectMany(a => a.Policy.Statements.Where(s => Applies(s, a.Team, place))).ToList();
        return new Reach(
            PermissionCatalog.Keys.Where(key => IsAllowed(statements, key)).ToHashSet(StringComparer.Ordinal),
            LimitsOf(statements, UseModels, PolicyStatement.ModelPrefix),
            LimitsOf(statements, UseTools, PolicyStatement.ToolPrefix));
    }

    /// <summary>Whether the statement of an assignment to <paramref name="team"/> says anything about <paramref name="place"/>.</summary>
    public static bool Applies(PolicyStatement statement, Guid? team, Place place)
    {
        if (team is not null && team != place.Team)
            return false;
        if (!statement.NamesTeams)
            return true;
        if (!place.InTeam)
            return statement.Effect == Effect.Deny;
        return statement.Globs(PolicyStatement.TeamPrefix).Any(t => t == PolicyStatement.Everything || (place.Team is { } id && Guid.TryParse(t, out var named) && named == id));
    }

    /// <summary>Whether the statement, where it applies, allows or denies the permission as such (not only for some models or tools).</summary>
    public static bool Decides(PolicyStatement statement, string key) =>
        statement.Names(key) && (statement.CoversAllNames || (statement.Effect == Effect.Allow && PrefixOf(key) is { } prefix && statement.Globs(prefix).Any()));

    private static bool IsAllowed(List<PolicyStatement> statements, string key)
    {
        var allowed = false;
        foreach (var statement in statements)
        {
            if (!Decides(statement, key))
                continue;
            if (statement.Effect == Effect.Deny)
                return false;
            allowed = true;
        }

        return allowed;
    }

    private static NameLimits LimitsOf(List<PolicyStatement> statements, string key, string prefix)
    {
        var naming = statements.Where(s => s.Names(key)).ToList();
        var allows = naming.Where(s => s.Effect == Effect.Allow).ToList();
        return new NameLimits(
            allows.Exists(s => s.CoversAllNames) ? null : [.. allows.SelectMany(s => s.Globs(prefix)).Distinct()],
            [.. naming.Where(s => s.Effect == Effect.Deny && !s.CoversAllNames).SelectMany(s => s.Globs(prefix)).Distinct()]);
    }

    private static string? PrefixOf(string key) => key switch
    {
        UseModels => PolicyStatement.ModelPrefix,
        UseTools or Connect => PolicyStatement.ToolPrefix,
        _ => null,
    };
}
