using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Logs;

/// <summary>Whose rows a caller may see; enforced in SQL, on every read of the logs.</summary>
internal sealed record LogScope(Guid OrgId, string? UserId, IReadOnlyList<string>? TeamIds)
{
    /// <summary>By the permissions <c>{resource}:read_all</c>, <c>read_team</c>, <c>read_own</c>, the widest that the caller holds.</summary>
    public static LogScope Of(Principal caller, string resource)
    {
        if (caller.Holds($"{resource}:read_all"))
            return new LogScope(caller.OrgId(), null, null);
        var teams = TeamsOf(caller, $"{resource}:read_team").Concat(TeamsOf(caller, $"{resource}:read_all")).Distinct().ToList();
        if (teams.Count == 0 && !caller.Reach($"{resource}:read_own").Any)
            caller.MustHold($"{resource}:read_own");
        return new LogScope(caller.OrgId(), caller.UserId, teams);
    }

    // Held in certain teams: those. Held in all: the ones that the caller is in.
    private static IEnumerable<string> TeamsOf(Principal caller, string permission)
    {
        var reach = caller.Reach(permission);
        return reach.Teams.Select(static id => id.ToString()).Concat(caller.Teams.Where(team => Guid.TryParse(team.Id, out var id) ? reach.Covers(id) : reach.AllTeams).Select(static team => team.Id));
    }

    public static string[] Permissions(string resource) => [$"{resource}:read_all", $"{resource}:read_team", $"{resource}:read_own"];

    public void AddTo(LogConditions conditions)
    {
        conditions.Add($"org_id = {conditions.Bind("String", OrgId.ToString())}");
        if (UserId is null)
            return;
        var own = $"user_id = {conditions.Bind("String", UserId)}";
        conditions.Add(TeamIds is { Count: > 0 } teams ? $"({own} OR hasAny(team_ids, {conditions.Bind("Array(String)", teams)}))" : own);
    }
}
