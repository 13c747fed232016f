using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Keys;

internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/keys").WithTags("keys");
        keys.MapGet("", ListAsync).RequirePermission("keys:read").WithName("listKeys").WithSummary("Keys: your own, or all with keys:admin");
        keys.MapPost("", CreateAsync).RequirePermission("keys:create").WithName("createKey").WithSummary("Create a key; its secret is in this answer only");
        keys.MapPost("/ephemeral", CreateEphemeralAsync).RequirePermission("keys:create").WithName("createEphemeralKey").WithSummary("A key for 15 minutes with what you have");
        keys.MapGet("/{id:guid}", ReadAsync).RequirePermission("keys:read").WithName("getKey").WithSummary("One key");
        keys.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("keys:update").WithName("updateKey").WithSummary("Change a key");
        keys.MapPost("/{id:guid}/rotate", RotateAsync).RequirePermission("keys:rotate").WithName("rotateKey").WithSummary("A new secret in the same lineage; the old one works through the grace period");
        keys.MapDelete("/{id:guid}", RevokeAsync).RequirePermission("keys:delete").WithName("revokeKey").WithSummary("Revoke a key");
    }

    private static async Task<Ok<Page<KeyView>>> ListAsync(ListQuery query, bool? mine, string? status, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http, mine ?? false, status, query, cancellationToken));

    private static async Task<Created<IssuedKey>> CreateAsync(CreateKey body, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Created(http, await desk.CreateAsync(http, body, cancellationToken));

    private static async Task<Created<IssuedKey>> CreateEphemeralAsync(HttpContext http, KeyDesk desk, CancellationToken cancellationToken, CreateEphemeralKey? body = null) =>
        Created(http, await desk.CreateEphemeralAsync(http, body, cancellationToken));

    private static async Task<Ok<KeyView>> ReadAsync(Guid id, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.ReadAsync(http, id, cancellationToken));

    private static async Task<Ok<KeyView>> UpdateAsync(Guid id, PatchKey body, HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.UpdateAsync(http, id, body, cancellationToken));

    private static async Task<Ok<IssuedKey>> RotateAsync(Guid id, HttpContext http, KeyDesk desk, CancellationToken cancellationToken, RotateKey? body = null) =>
        TypedResults.Ok(await desk.RotateAsync(http, id, body, cancellationToken));

    private static async Task<NoContent> RevokeAsync(Guid id, string? reason, HttpContext http, KeyDesk desk, CancellationToken cancellationToken)
    {
        await desk.RevokeAsync(http, id, reason, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Created<IssuedKey> Created(HttpContext http, IssuedKey key)
    {
        http.SetETag(key.Version);
        return TypedResults.Created($"/api/keys/{key.Id}", key);
    }

    private static Ok<KeyView> Answer(HttpContext http, KeyView key)
    {
        http.SetETag(key.Version);
        return TypedResults.Ok(key);
    }
}
