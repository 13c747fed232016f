using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.Identity.Passwords;
using ThinkWatch.Identity.Sso;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sessions;

/// <summary>totp_code or recovery_code: of whoever has a second factor.</summary>
internal sealed record LoginRequest(string? Email, string? Password, string? TotpCode, string? RecoveryCode)
{
    public override string ToString() => Email ?? "";
}

/// <summary>The session came of an OpenID provider: the browser goes on to this path of ours, to end it there too.</summary>
internal sealed record SignedOut(string RedirectTo);

internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/api/auth").WithTags("auth");
        auth.MapPost("/login", LoginAsync).AllowAnonymousCaller().RequireSameOrigin().WithName("login").WithSummary("Sign in; sets the session cookies");
        auth.MapPost("/refresh", RefreshAsync).AllowAnonymousCaller().RequireSameOrigin().WithName("refresh").WithSummary("Renew the session; the refresh token is spent");
        auth.MapPost("/logout", LogoutAsync).RequireSignedIn().WithName("logout").WithSummary("End the session");
        auth.MapPost("/password", ChangePasswordAsync).RequireSignedIn().WithName("changePassword").WithSummary("Choose another password; ends your other sessions");
        auth.MapPost("/password/redeem", RedeemAsync).AllowAnonymousCaller().RequireSameOrigin().WithName("redeemToken")
            .WithSummary("Choose a password with the token of an invitation or a reset");
        auth.MapGet("/sessions", SessionsAsync).RequirePermissionInTeam("sessions:revoke_own").WithName("listMySessions").WithSummary("Where you are signed in");
        auth.MapDelete("/sessions/{session}", EndSessionAsync).RequirePermissionInTeam("sessions:revoke_own").WithName("endMySession").WithSummary("End one of your sessions");
        auth.MapGet("/me", MeAsync).RequireSignedIn().WithName("me").WithSummary("Who you are and what you may do");
    }

    private static async Task<Ok<Me>> LoginAsync(LoginRequest body, HttpContext http, LoginDesk desk, MeReader me, CancellationToken cancellationToken)
    {
        new FieldErrors()
            .Require(body.Email is { Length: > 0 and <= 320 }, "email", "Is required.")
            .Require(body.Password is { Length: > 0 and <= 1024 }, "password", "Is required.")
            .ThrowIfAny();
        var userId = await desk.LoginAsync(http, body, cancellationToken);
        return TypedResults.Ok(await me.ReadAsync(userId, cancellationToken));
    }

    private static async Task<NoContent> RefreshAsync(HttpContext http, LoginDesk desk, CancellationToken cancellationToken)
    {
        await desk.RefreshAsync(http, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, Ok<SignedOut>>> LogoutAsync(HttpContext http, LoginDesk desk, SsoLogout sso, CancellationToken cancellationToken)
    {
        var next = await sso.PrepareAsync(http, http.Caller().SessionId, Guid.Parse(http.Caller().UserId));
        await desk.LogoutAsync(http, cancellationToken);
        return next is null ? TypedResults.NoContent() : TypedResults.Ok(new SignedOut(next));
    }

    private static async Task<NoContent> ChangePasswordAsync(ChangePassword body, HttpContext http, PasswordDesk desk, CancellationToken cancellationToken)
    {
        await desk.ChangeAsync(http, body, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RedeemAsync(RedeemToken body, HttpContext http, PasswordDesk desk, CancellationToken cancellationToken)
    {
        await desk.RedeemAsync(http, body, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SessionList>> SessionsAsync(HttpContext http, SessionStore sessions) =>
        TypedResults.Ok(new SessionList(await sessions.ListAsync(Guid.Parse(http.Caller().UserId), http.Caller().SessionId)));

    private static async Task<NoContent> EndSessionAsync(string session, HttpContext http, LoginDesk desk, CancellationToken cancellationToken)
    {
        await desk.EndOwnAsync(http, session, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Me>> MeAsync(HttpContext http, MeReader me, CancellationToken cancellationToken) =>
        TypedResults.Ok(await me.ReadAsync(http.Caller(), cancellationToken));
}
