using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sessions;

internal sealed record LoginRequest(string? Email, string? Password);

internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/auth").WithTags("auth");
        auth.MapPost("/login", LoginAsync).AllowAnonymousCaller().RequireSameOrigin().WithName("login").WithSummary("Sign in; sets the session cookies");
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymousCaller().RequireSameOrigin().WithName("refresh").WithSummary("Renew the session; the refresh token is spent");
        auth.MapPost("/logout", LogoutAsync).RequireSignedIn().WithName("logout").WithSummary("End the session");
        auth.MapGet("/me", MeAsync).RequireSignedIn().WithName("me").WithSummary("Who you are and what you may do");
    }

    private static async Task<Ok<Me>> LoginAsync(LoginRequest body, HttpContext http, LoginDesk desk, MeReader me, CancellationToken cancellationToken)
    {
        new FieldErrors()
            .Require(body.Email is { Length: > 0 and <= 320 }, "email", "Is required.")
            .Require(body.Password is { Length: > 0 and <= 1024 }, "password", "Is required.")
            .ThrowIfAny();
        var userId = await desk.LoginAsync(http, body.Email!.Trim(), body.Password!, cancellationToken);
        return TypedResults.Ok(await me.ReadAsync(userId, cancellationToken));
    }

    private static async Task<NoContent> RefreshAsync(HttpContext http, LoginDesk desk, CancellationToken cancellationToken)
    {
        await desk.RefreshAsync(http, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> LogoutAsync(HttpContext http, LoginDesk desk, CancellationToken cancellationToken)
    {
        await desk.LogoutAsync(http, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Me>> MeAsync(HttpContext http, MeReader me, CancellationToken cancellationToken) =>
        TypedResults.Ok(await me.ReadAsync(http.Caller(), cancellationToken));
}
