using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/admin/users").WithTags("users");
        users.MapGet("", ListAsync).RequirePermission("users:read");
        users.MapPost("", CreateAsync).RequirePermission("users:create");
        users.MapGet("/{id:guid}", ReadAsync).RequirePermission("users:read");
        users.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("users:update");
    }

    private static async Task<IResult> ListAsync(ListQuery query, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Results.Ok(await desk.ListAsync(http.Caller().OrgId(), query, cancellationToken));

    private static async Task<IResult> CreateAsync(CreateUser body, HttpContext http, UserDesk desk, CancellationToken cancellationToken)
    {
        var user = await desk.CreateAsync(http, body, cancellationToken);
        http.SetETag(user.Version);
        return Results.Created($"/api/admin/users/{user.Id}", user);
    }

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http.Caller().OrgId(), id, cancellationToken));

    private static async Task<IResult> UpdateAsync(Guid id, PatchUser body, HttpContext http, UserDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static IResult Answer(HttpContext http, UserView user)
    {
        http.SetETag(user.Version);
        return Results.Ok(user);
    }
}
