using ThinkWatch.Contracts.Identity;
using ThinkWatch.Identity.Roles;

namespace ThinkWatch.Identity.Principals;

/// <summary>Writes what somebody's roles come to into the principal that other services see.</summary>
internal static class PrincipalGrants
{
    private const string EveryTeam = "*";

    /// <summary>The rights to use a surface: a key that belongs to a team has them from there too.</summary>
    private static readonly string[] Use = ["ai_gateway:use", "mcp_gateway:use", "mcp:connect"];

    public static void Fill(this Principal principal, Grants grants, Guid? keyTeam)
    {
        var (everywhere, here) = (grants.Everywhere, grants.In(keyTeam));
        principal.Permissions.AddRange(PermissionCatalog.Keys.Where(key => (Use.Contains(key) ? here : everywhere).Permissions.Contains(key)));
        principal.RoleModels = ToList(here.Models.Allowed);
        principal.RoleMcpTools = ToList(here.Tools.Allowed);
        principal.DeniedModels.AddRange(here.Models.Denied);
        principal.DeniedMcpTools.AddRange(here.Tools.Denied);
        Add(principal.TeamGrants, EveryTeam, grants.AnyTeam.Permissions.Except(everywhere.Permissions));
        Add(principal.TeamDenials, EveryTeam, everywhere.Permissions.Except(grants.AnyTeam.Permissions));
        foreach (var (team, reach) in grants.Teams)
        {
            var general = everywhere.Permissions.Union(grants.AnyTeam.Permissions);
            Add(principal.TeamGrants, team.ToString(), reach.Permissions.Except(general));
            Add(principal.TeamDenials, team.ToString(), general.Except(reach.Permissions));
        }
    }

    private static void Add(ICollection<TeamPermissions> to, string team, IEnumerable<string> permissions)
    {
        var listed = permissions.Order(StringComparer.Ordinal).ToList();
        if (listed.Count > 0)
            to.Add(new TeamPermissions { TeamId = team, Permissions = { listed } });
    }

    private static StringList? ToList(IReadOnlyList<string>? items) => items is null ? null : new StringList { Items = { items } };
}
