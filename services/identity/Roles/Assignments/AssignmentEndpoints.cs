using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles.Assignments;

internal static class AssignmentEndpoints
{
    public static void MapAssignments(this IEndpointRouteBuilder app)
    {
        var roles = app.MapGroup("/api/admin/users/{id:guid}/roles").WithTags("users");
        roles.MapGet("", ListAsync).RequirePermissionInTeam("users:read").WithName("listUserRoles").WithSummary("The roles of a user, everywhere and in teams");
        roles.MapPost("", AddAsync).RequirePermissionInTeam("users:update").WithName("assignRole").WithSummary("Give a role, everywhere or in one team");
        roles.MapDelete("/{assignmentId:guid}", RemoveAsync).RequirePermissionInTeam("users:update").WithName("unassignRole").WithSummary("Take a role away");
    }

    private static async Task<Ok<AssignmentList>> ListAsync(Guid id, HttpContext http, AssignmentDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ListAsync(http, id, cancellationToken));

    private static async Task<Ok<AssignmentList>> AddAsync(Guid id, AssignRole body, HttpContext http, AssignmentDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.AddAsync(http, id, body, cancellationToken));

    private static async Task<NoContent> RemoveAsync(Guid id, Guid assignmentId, HttpContext http, AssignmentDesk desk, CancellationToken cancellationToken)
    {
        await desk.RemoveAsync(http, id, assignmentId, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<AssignmentList> Answer(HttpContext http, AssignmentList held)
    {
        http.SetETag(AssignmentDesk.VersionOf(held.Items));
        return TypedResults.Ok(held);
    }
}
