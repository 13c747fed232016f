using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Roles;

internal sealed record PermissionView(string Key, string Resource, string Action, string Description, bool Dangerous);

internal sealed record PermissionList(IReadOnlyList<PermissionView> Items);

internal static class RoleEndpoints
{
    private static readonly PermissionList Permissions =
        new([.. PermissionCatalog.All.Select(p => new PermissionView(p.Key, p.Resource, p.Action, p.Description, p.Dangerous))]);

    public static void MapRoles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/admin/permissions", () => TypedResults.Ok(Permissions)).RequirePermissionInTeam("roles:read").WithTags("roles")
            .WithName("listPermissions").WithSummary("Every permission there is");
        app.MapGet("/api/admin/permissions/explain", ExplainAsync).RequirePermissionInTeam("roles:read").WithTags("roles")
            .WithName("explainPermission").WithSummary("Why somebody may or may not do something");

        var roles = app.MapGroup("/api/admin/roles").WithTags("roles");
        roles.MapGet("", ListAsync).RequirePermissionInTeam("roles:read").WithName("listRoles").WithSummary("Roles, built-in and custom");
        roles.MapPost("", CreateAsync).RequirePermission("roles:write").WithName("createRole").WithSummary("Make a role; it holds no more than you do");
        roles.MapGet("/export", ExportAsync).RequirePermission("roles:read").WithName("exportRoles").WithSummary("The custom roles as a file");
        roles.MapPost("/import", ImportAsync).RequirePermission("roles:write").WithName("importRoles").WithSummary("Make or replace roles from a file, all or none; with dry_run only say what would come of it");
        roles.MapGet("/{id:guid}", ReadAsync).RequirePermissionInTeam("roles:read").WithName("getRole").WithSummary("One role");
        roles.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("roles:write").WithName("updateRole").WithSummary("Change a role");
        roles.MapDelete("/{id:guid}", DeleteAsync).RequirePermission("roles:write").WithName("deleteRole").WithSummary("Delete a role; its holders get the one named in reassign_to");
        roles.MapPost("/{id:guid}/clone", CloneAsync).RequirePermission("roles:write").WithName("cloneRole").WithSummary("A custom role with the same policy");
        roles.MapGet("/{id:guid}/members", MembersAsync).RequirePermission("roles:read").WithName("listRoleMembers").WithSummary("Who holds a role, and where");
        roles.MapGet("/{id:guid}/history", HistoryAsync).RequirePermission("roles:read").WithName("listRoleHistory").WithSummary("What was changed, by whom");
    }

    private static async Task<Ok<Page<RoleView>>> ListAsync(ListQuery query, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http, query, cancellationToken));

    private static async Task<Created<RoleView>> CreateAsync(CreateRole body, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        Created(http, await desk.CreateAsync(http, body, cancellationToken));

    private static async Task<Created<RoleView>> CloneAsync(Guid id, CloneRole body, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        Created(http, await desk.CloneAsync(http, id, body, cancellationToken));

    private static async Task<Ok<RoleView>> ReadAsync(Guid id, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http, id, cancellationToken));

    private static async Task<Ok<RoleView>> UpdateAsync(Guid id, PatchRole body, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static async Task<NoContent> DeleteAsync(
        Guid id, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "reassign_to")] Guid? reassignTo, HttpContext http, RoleDesk desk, CancellationToken cancellationToken)
    {
        await desk.DeleteAsync(http, id, reassignTo, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<RoleFile>> ExportAsync(HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ExportAsync(http, cancellationToken));

    private static async Task<Ok<ImportReply>> ImportAsync(
        RoleFile body, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "dry_run")] bool? dryRun, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ImportAsync(http, body, dryRun ?? false, cancellationToken));

    private static async Task<Ok<Page<RoleMember>>> MembersAsync(Guid id, ListQuery query, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.MembersAsync(http, id, query, cancellationToken));

    private static async Task<Ok<Page<RoleHistoryEntry>>> HistoryAsync(Guid id, ListQuery query, HttpContext http, RoleDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.HistoryAsync(http, id, query, cancellationToken));

    private static async Task<Ok<Explanation>> ExplainAsync([AsParameters] ExplainQuery query, HttpContext http, Explainer explainer, CancellationToken cancellationToken) =>
        TypedResults.Ok(await explainer.ExplainAsync(http, query, cancellationToken));

    private static Created<RoleView> Created(HttpContext http, RoleView role)
    {
        http.SetETag(role.Version);
        return TypedResults.Created($"/api/admin/roles/{role.Id}", role);
    }

    private static Ok<RoleView> Answer(HttpContext http, RoleView role)
    {
        http.SetETag(role.Version);
        return TypedResults.Ok(role);
    }
}
