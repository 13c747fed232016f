using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/admin/users").WithTags("users");
        users.MapGet("", ListAsync).RequirePermission("users:read").WithName("listUsers").WithSummary("People and service accounts");
        users.MapPost("", CreateAsync).RequirePermission("users:create").WithName("createUser").WithSummary("Create a user");
        users.MapGet("/{id:guid}", ReadAsync).RequirePermission("users:read").WithName("getUser").WithSummary("One user");
        users.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("users:update").WithName("updateUser").WithSummary("Change a user: name, status, roles");
    }

    private static async Task<Ok<Page<UserView>>> ListAsync(ListQuery query, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http.Caller().OrgId(), query, cancellationToken));

    private static async Task<Created<UserView>> CreateAsync(CreateUser body, HttpContext http, UserDesk desk, CancellationToken cancellationToken)
    {
        var user = await desk.CreateAsync(http, body, cancellationToken);
        http.SetETag(user.Version);
        return TypedResults.Created($"/api/admin/users/{user.Id}", user);
    }

    private static async Task<Ok<UserView>> ReadAsync(Guid id, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http.Caller().OrgId(), id, cancellationToken));

    private static async Task<Ok<UserView>> UpdateAsync(Guid id, PatchUser body, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static Ok<UserView> Answer(HttpContext http, UserView user)
    {
        http.SetETag(user.Version);
        return TypedResults.Ok(user);
    }
}
