using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.Identity.Users;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sso;

internal static class SsoEndpoints
{
    private const string Permission = "system:oidc";

    public static void MapSso(this IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api/admin/sso").WithTags("sso");
        admin.MapGet("", ReadAsync).RequirePermission(Permission).WithName("getSso").WithSummary("The connection to the organisation's OpenID provider, and the presets");
        admin.MapPut("", PutAsync).RequirePermission(Permission).WithName("putSso").WithSummary("Set up the connection, or change it as a whole");
        admin.MapDelete("", DeleteAsync).RequirePermission(Permission).WithName("deleteSso").WithSummary("Remove the connection; people and what they hold stay");
        admin.MapPost("/discover", DiscoverAsync).RequirePermission(Permission).WithName("discoverSso").WithSummary("Ask an issuer for its configuration");
        admin.MapPost("/test", TestAsync).RequirePermission(Permission).WithName("testSso").WithSummary("Begin a sign-in that only shows what comes of it");
        admin.MapPost("/activate", ActivateAsync).RequirePermission(Permission).WithName("activateSso").WithSummary("Offer the connection on the login page; it must have been tested");
        admin.MapPost("/deactivate", DeactivateAsync).RequirePermission(Permission).WithName("deactivateSso").WithSummary("Offer the connection no more");

        app.MapDelete("/api/admin/users/{id:guid}/sso", UnlinkAsync).WithTags("users").RequirePermissionInTeam("users:update").WithName("unlinkUserSso")
            .WithSummary("Unlink a user from single sign-on, and end their sessions; they must have a password");

        var auth = app.MapGroup("/api/auth/sso").WithTags("auth");
        auth.MapGet("", OfferAsync).AllowAnonymousCaller().WithName("getSsoOffer").WithSummary("Whether the login page offers single sign-on, and by which name");
        auth.MapGet("/start", StartAsync).AllowAnonymousCaller().WithName("startSso").WithSummary("Go to the provider; for browsers");
        auth.MapGet("/callback", CallbackAsync).AllowAnonymousCaller().WithName("ssoCallback").WithSummary("Where the provider sends the browser back to");
        auth.MapGet("/link", ReadLinkAsync).AllowAnonymousCaller().WithName("getSsoLink").WithSummary("The account that waits to be linked");
        auth.MapPost("/link", LinkAsync).AllowAnonymousCaller().RequireSameOrigin().WithName("linkSso").WithSummary("Link the account by its password, and sign in");
        auth.MapGet("/logout", LogoutAsync).AllowAnonymousCaller().WithName("ssoLogout").WithSummary("Go on to the provider's end of the session; for browsers");
    }

    private static async Task<Ok<SsoOverview>> ReadAsync(HttpContext http, SsoDesk desk, CancellationToken cancellationToken)
    {
        var overview = await desk.ReadAsync(http, cancellationToken);
        if (overview.Connection is { } connection)
            http.SetETag(connection.Version);
        return TypedResults.Ok(overview);
    }

    private static async Task<Ok<SsoView>> PutAsync(PutSso body, HttpContext http, SsoDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.PutAsync(http, body, cancellationToken));

    private static async Task<NoContent> DeleteAsync(HttpContext http, SsoDesk desk, CancellationToken cancellationToken)
    {
        await desk.DeleteAsync(http, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<UserView>> UnlinkAsync(Guid id, HttpContext http, SsoUnlinking unlinking, CancellationToken cancellationToken)
    {
        var user = await unlinking.UnlinkAsync(http, id, cancellationToken);
        http.SetETag(user.Version);
        return TypedResults.Ok(user);
    }

    private static async Task<Ok<DiscoveredIssuer>> DiscoverAsync(DiscoverIssuer body, SsoDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.DiscoverAsync(body, cancellationToken));

    private static async Task<Ok<SsoTestStart>> TestAsync(HttpContext http, SsoDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.TestAsync(http, cancellationToken));

    private static async Task<Ok<SsoView>> ActivateAsync(HttpContext http, SsoDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.SetActiveAsync(http, true, cancellationToken));

    private static async Task<Ok<SsoView>> DeactivateAsync(HttpContext http, SsoDesk desk, CancellationToken cancellationToken) =>
        Answer(http, await desk.SetActiveAsync(http, false, cancellationToken));

    private static async Task<Ok<SsoOffer>> OfferAsync(Guid? connection, SsoSignIn signIn, CancellationToken cancellationToken) =>
        TypedResults.Ok(await signIn.OfferAsync(connection, cancellationToken));

    private static async Task<RedirectHttpResult> StartAsync(Guid? connection, string? redirect, HttpContext http, SsoSignIn signIn, CancellationToken cancellationToken) =>
        TypedResults.Redirect(await signIn.StartAsync(http, connection, redirect, cancellationToken));

    private static async Task<RedirectHttpResult> CallbackAsync(HttpContext http, SsoSignIn signIn, CancellationToken cancellationToken) =>
        TypedResults.Redirect(await signIn.CallbackAsync(http, cancellationToken));

    private static async Task<Ok<SsoLinkOffer>> ReadLinkAsync(HttpContext http, SsoLinks links, CancellationToken cancellationToken) =>
        TypedResults.Ok(await links.ReadAsync(http, cancellationToken));

    private static async Task<Ok<Me>> LinkAsync(LinkSso body, HttpContext http, SsoLinks links, MeReader me, CancellationToken cancellationToken)
    {
        new FieldErrors().Require(body.Password is { Length: > 0 and <= 1024 }, "password", "Is required.").ThrowIfAny();
        return TypedResults.Ok(await me.ReadAsync(await links.LinkAsync(http, body, cancellationToken), cancellationToken));
    }

    private static async Task<RedirectHttpResult> LogoutAsync(HttpContext http, SsoLogout logout, CancellationToken cancellationToken) =>
        TypedResults.Redirect(await logout.ContinueAsync(http, cancellationToken));

    private static Ok<SsoView> Answer(HttpContext http, SsoView connection)
    {
        http.SetETag(connection.Version);
        return TypedResults.Ok(connection);
    }
}
