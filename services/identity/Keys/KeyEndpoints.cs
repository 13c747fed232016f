using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Keys;

internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/keys").WithTags("keys");
        keys.MapGet("", ListAsync).RequirePermissionInTeam("keys:read").WithName("listKeys").WithSummary("Keys: your own, or all with keys:admin");
        keys.MapPost("", CreateAsync).RequirePermissionInTeam("keys:create").WithName("createKey").WithSummary("Create a key; its secret is in this answer only");
        keys.MapPost("/ephemeral", CreateEphemeralAsync).RequirePermissionInTeam("keys:create").WithName("createEphemeralKey").WithSummary("A key for 15 minutes with what you have");
        keys.MapPost("/self/rotate", RotateSelfAsync).RequireSignedIn().AllowAnySurface().WithName("rotateSelf").WithSummary("A key of any surface gives itself a new secret");
        keys.MapPost("/{id:guid}/force-revoke", ForceRevokeAsync).RequirePermissionInTeam("keys:admin").WithName("forceRevokeKey")
            .WithSummary("End a key with all of its lineage at once, and say why");
        keys.MapGet("/{id:guid}", ReadAsync).RequirePermissionInTeam("keys:read").WithName("getKey").WithSummary("One key");
        keys.MapPatch("/{id:guid}", UpdateAsync).RequirePermissionInTeam("keys:update").WithName("updateKey").WithSummary("Change a key");
        keys.MapPost("/{id:guid}/rotate", RotateAsync).RequirePermissionInTeam("keys:rotate").WithName("rotateKey").WithSummary("A new secret in the same lineage; the old one works through the grace period");
        keys.MapDelete("/{id:guid}", RevokeAsync).RequirePermissionInTeam("keys:delete").WithName("revokeKey").WithSummary("Revoke a key");
    }

    private static async Task<Ok<Page<KeyView>>> ListAsync(
        ListQuery query, bool? mine, string? status, [FromQuery(Name = "user_id")] Guid? userId, [FromQuery(Name = "team_id")] Guid? teamId,
        HttpContext http, KeyDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ListAsync(http, new KeyFilter(mine ?? false, string.IsNullOrEmpty(status) ? null : status, userId, teamId), query, cancellationToken));

    private static async Task<Ok<IssuedKey>> RotateSelfAsync(HttpContext http, KeyDesk desk, CancellationToken cancellationToken, RotateKey? body = null) =>
        TypedResults.Ok(await desk.RotateSelfAsync(http, body, cancellationToken));

    private static async Task<NoContent> ForceRevokeAsync(Guid id, ForceRevoke body, HttpContext http, KeyDesk desk, CancellationToken cancellationToken)
    {
        await desk.ForceRevokeAsync(http, id, body, cancellationToken);
        return TypedResults.NoContent();
    }

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
