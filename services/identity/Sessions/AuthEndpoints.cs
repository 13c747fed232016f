using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sessions;

internal sealed record LoginRequest(string? Email, string? Password);

internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/auth").WithTags("auth");
        auth.MapPost("/login", LoginAsync).AllowAnonymousCaller().RequireSameOrigin();
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymousCaller().RequireSameOrigin();
        auth.MapPost("/logout", LogoutAsync).RequireSignedIn();
        auth.MapGet("/me", MeAsync).RequireSignedIn();
    }

    private static async Task<IResult> LoginAsync(LoginRequest body, HttpContext http, LoginDesk desk, MeReader me, CancellationToken cancellationToken)
    {
        new FieldErrors()
            .Require(body.Email is { Length: > 0 and <= 320 }, "email", "Is required.")
            .Require(body.Password is { Length: > 0 and <= 1024 }, "password", "Is required.")
            .ThrowIfAny();
        var userId = await desk.LoginAsync(http, body.Email!.Trim(), body.Password!, cancellationToken);
        return Results.Ok(await me.ReadAsync(userId, cancellationToken));
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, LoginDesk desk, CancellationToken cancellationToken)
    {
        await desk.RefreshAsync(http, cancellationToken);
        return Results.NoContent();
    }

    private static async Task<IResult> LogoutAsync(HttpContext http, LoginDesk desk, CancellationToken cancellationToken)
    {
        await desk.LogoutAsync(http, cancellationToken);
        return Results.NoContent();
    }

    private static async Task<IResult> MeAsync(HttpContext http, MeReader me, CancellationToken cancellationToken) =>
        Results.Ok(await me.ReadAsync(http.Caller(), cancellationToken));
}
