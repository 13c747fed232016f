using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Keys;

internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/keys").WithTags("keys");
        keys.MapGet("", ListAsync).RequirePermission("keys:read");
        keys.MapPost("", CreateAsync).RequirePermission("keys:create");
        keys.MapPost("/ephemeral", CreateEphemeralAsync).RequirePermission("keys:create");
        keys.MapGet("/{id:guid}", ReadAsync).RequirePermission("keys:read");
        keys.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("keys:update");
        keys.MapPost("/{id:guid}/rotate", RotateAsync).RequirePermission("keys:rotate");
        keys.MapDelete("/{id:guid}", RevokeAsync).RequirePermission("keys:delete");
    }

    private static async Task<IResult> ListAsync(ListQuery query, bool? mine, string? status, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Results.Ok(await desk.ListAsync(http, mine ?? false, status, query, cancellationToken));

    private static async Task<IResult> CreateAsync(CreateKey body, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Created(http, await desk.CreateAsync(http, body, cancellationToken));

    private static async Task<IResult> CreateEphemeralAsync(HttpContext http, KeyDesk desk, CancellationToken cancellationToken, CreateEphemeralKey? body = null) =>
        Created(http, await desk.CreateEphemeralAsync(http, body, cancellationToken));

    private static async Task<IResult> ReadAsync(Guid id, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http, id, cancellationToken));

    private static async Task<IResult> UpdateAsync(Guid id, PatchKey body, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static async Task<IResult> RotateAsync(Guid id, HttpContext http, KeyDesk desk, CancellationToken cancellationToken, RotateKey? body = null) =>
        Results.Ok(await desk.RotateAsync(http, id, body, cancellationToken));

    private static async Task<IResult> RevokeAsync(Guid id, string? reason, HttpContext http, KeyDesk desk, CancellationToken cancellationToken)
    {
        await desk.RevokeAsync(http, id, reason, cancellationToken);
        return Results.NoContent();
    }

    private static IResult Created(HttpContext http, IssuedKey key)
    {
        http.SetETag(key.Version);
        return Results.Created($"/api/keys/{key.Id}", key);
    }

    private static IResult Answer(HttpContext http, KeyView key)
    {
        http.SetETag(key.Version);
        return Results.Ok(key);
    }
}
