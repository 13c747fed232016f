using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/admin/users").WithTags("users");
        users.MapGet("", ListAsync).RequirePermissionInTeam("users:read").WithName("listUsers").WithSummary("People and service accounts");
        users.MapPost("", CreateAsync).RequirePermissionInTeam("users:create").WithName("createUser").WithSummary("Create or invite a user");
        users.MapGet("/{id:guid}", ReadAsync).RequirePermissionInTeam("users:read").WithName("getUser").WithSummary("One user");
        users.MapPatch("/{id:guid}", UpdateAsync).RequirePermissionInTeam("users:update").WithName("updateUser").WithSummary("Change a user: name, status, roles");
        users.MapDelete("/{id:guid}", DeleteAsync).RequirePermission("users:delete").WithName("deleteUser").WithSummary("Delete a user; restorable for thirty days");
        users.MapPost("/{id:guid}/restore", RestoreAsync).RequirePermission("users:delete").WithName("restoreUser").WithSummary("Undo a deletion");
        users.MapGet("/{id:guid}/permissions", PermissionsAsync).RequirePermissionInTeam("users:read").WithName("listUserPermissions")
            .WithSummary("What the roles of a user come to, everywhere and in teams");
        users.MapPost("/{id:guid}/password-reset", ResetPasswordAsync).RequirePermissionInTeam("users:update").WithName("resetUserPassword")
            .WithSummary("A one-time link, or a password that must be changed");
        users.MapPost("/{id:guid}/logout", LogoutAsync).RequirePermissionInTeam("sessions:revoke").WithName("logoutUser").WithSummary("End all sessions of a user");
        users.MapGet("/{id:guid}/sessions", SessionsAsync).RequirePermissionInTeam("sessions:revoke").WithName("listUserSessions").WithSummary("Where a user is signed in");
        users.MapDelete("/{id:guid}/sessions/{session}", EndSessionAsync).RequirePermissionInTeam("sessions:revoke").WithName("endUserSession").WithSummary("End one session of a user");
    }

    private static async Task<Ok<Page<UserView>>> ListAsync(
        ListQuery query, string? status, string? kind, [FromQuery(Name = "team_id")] Guid? teamId, bool? sso, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http.Caller(), new UserFilter(status, kind, teamId, sso), query, cancellationToken));

    private static async Task<Created<CreatedUser>> CreateAsync(CreateUser body, HttpContext http, UserDesk desk, CancellationToken cancellationToken)
    {
        var user = await desk.CreateAsync(http, body, cancellationToken);
        http.SetETag(user.Version);
        return TypedResults.Created($"/api/admin/users/{user.Id}", user);
    }

    private static async Task<Ok<UserView>> ReadAsync(Guid id, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http.Caller(), id, cancellationToken));

    private static async Task<Ok<EffectivePermissions>> PermissionsAsync(Guid id, HttpContext http, EffectivePermissionReader reader, CancellationToken cancellationToken) =>
        TypedResults.Ok(await reader.ReadAsync(http.Caller(), id, cancellationToken));

    private static async Task<Ok<UserView>> UpdateAsync(Guid id, PatchUser body, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static async Task<NoContent> DeleteAsync(Guid id, HttpContext http, UserEndings endings, CancellationToken cancellationToken)
    {
        await endings.DeleteAsync(http, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<UserView>> RestoreAsync(Guid id, HttpContext http, UserEndings endings, CancellationToken cancellationToken) =>
        Answer(http, await endings.RestoreAsync(http, id, cancellationToken));

    private static async Task<Ok<PasswordResetReply>> ResetPasswordAsync(
        Guid id, HttpContext http, PasswordDesk desk, CancellationToken cancellationToken, ResetPassword? body = null) =>
        TypedResults.Ok(await desk.ResetAsync(http, id, body, cancellationToken));

    private static async Task<NoContent> LogoutAsync(Guid id, HttpContext http, UserEndings endings, CancellationToken cancellationToken)
    {
        await endings.ForceLogoutAsync(http, id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SessionList>> SessionsAsync(Guid id, HttpContext http, UserEndings endings, CancellationToken cancellationToken) =>
        TypedResults.Ok(await endings.SessionsAsync(http, id, cancellationToken));

    private static async Task<NoContent> EndSessionAsync(Guid id, string session, HttpContext http, UserEndings endings, CancellationToken cancellationToken)
    {
        await endings.EndSessionAsync(http, id, session, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Ok<UserView> Answer(HttpContext http, UserView user)
    {
        http.SetETag(user.Version);
        return TypedResults.Ok(user);
    }
}
