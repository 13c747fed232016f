using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Teams;

internal static class TeamEndpoints
{
    public static void MapTeams(this IEndpointRouteBuilder app)
    {
        var teams = app.MapGroup("/api/admin/teams").WithTags("teams");
        teams.MapGet("", ListAsync).RequirePermissionInTeam("teams:read", "teams:read_own").WithName("listTeams").WithSummary("Teams: all that you may see");
        teams.MapPost("", CreateAsync).RequirePermission("teams:write").WithName("createTeam").WithSummary("Make a team");
        teams.MapGet("/{id:guid}", ReadAsync).RequirePermissionInTeam("teams:read", "teams:read_own").WithName("getTeam").WithSummary("One team");
        teams.MapPatch("/{id:guid}", UpdateAsync).RequirePermissionInTeam("teams:write").WithName("updateTeam").WithSummary("Change a team");
        teams.MapDelete("/{id:guid}", DeleteAsync).RequirePermissionInTeam("teams:delete").WithName("deleteTeam").WithSummary("Delete a team; roles held in it end");
        teams.MapGet("/{id:guid}/members", MembersAsync).RequirePermissionInTeam("teams:read", "teams:read_own").WithName("listTeamMembers").WithSummary("Who is in a team");
        teams.MapGet("/{id:guid}/roles", RolesAsync).RequirePermissionInTeam("teams:read").WithName("listTeamRoles").WithSummary("Who holds which role in a team");
        teams.MapPut("/{id:guid}/members/{userId:guid}", PutMemberAsync).RequirePermissionInTeam("team_members:write").WithName("putTeamMember")
            .WithSummary("Put somebody into a team; a manager holds team_manager there");
        teams.MapDelete("/{id:guid}/members/{userId:guid}", RemoveMemberAsync).RequirePermissionInTeam("team_members:write").WithName("removeTeamMember")
            .WithSummary("Take somebody out of a team, with their roles in it");
    }

    private static async Task<Ok<Page<TeamView>>> ListAsync(ListQuery query, HttpContext http, TeamDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http, query, cancellationToken));

    private static async Task<Created<TeamView>> CreateAsync(CreateTeam body, HttpContext http, TeamDesk desk, CancellationToken cancellationToken)
    {
        var team = await desk.CreateAsync(http, body, cancellationToken);
        http.SetETag(team.Version);
        return TypedResults.Created($"/api/admin/teams/{team.Id}", team);
    }

    private static async Task<Ok<TeamView>> ReadAsync(Guid id, HttpContext http, TeamDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http, id, cancellationToken));

    private static async Task<Ok<TeamView>> UpdateAsync(Guid id, PatchTeam body, HttpContext http, TeamDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static async Task<NoContent> DeleteAsync(Guid id, HttpContext http, TeamDesk desk, CancellationToken cancellationToken)
    {
        await desk.DeleteAsync(http, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Page<TeamMember>>> MembersAsync(Guid id, ListQuery query, HttpContext http, TeamDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.MembersAsync(http, id, query, cancellationToken));

    private static async Task<Ok<Page<TeamRole>>> RolesAsync(Guid id, ListQuery query, HttpContext http, TeamDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.RolesAsync(http, id, query, cancellationToken));

    private static async Task<NoContent> PutMemberAsync(
        Guid id, Guid userId, HttpContext http, TeamDesk desk, CancellationToken cancellationToken, PutMember? body = null)
    {
        await desk.PutMemberAsync(http, id, userId, body, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveMemberAsync(Guid id, Guid userId, HttpContext http, TeamDesk desk, CancellationToken cancellationToken)
    {
        await desk.RemoveMemberAsync(http, id, userId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<TeamView> Answer(HttpContext http, TeamView team)
    {
        http.SetETag(team.Version);
        return TypedResults.Ok(team);
    }
}
