using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Totp;

internal static class TotpEndpoints
{
    public static void MapTotp(this IEndpointRouteBuilder app)
    {
        var totp = app.MapGroup("/api/auth/totp").WithTags("auth");
        totp.MapPost("/enroll", EnrollAsync).RequireSignedIn().WithName("enrollTotp").WithSummary("A secret for an authenticator app; in force once confirmed");
        totp.MapPost("/confirm", ConfirmAsync).RequireSignedIn().WithName("confirmTotp").WithSummary("Put one-time codes in force; answers the recovery codes");
        totp.MapPost("/recovery-codes", RenewAsync).RequireSignedIn().WithName("renewRecoveryCodes").WithSummary("New recovery codes; the old ones are void");
        totp.MapPost("/disable", DisableAsync).RequireSignedIn().WithName("disableTotp").WithSummary("Do without one-time codes again");
        app.MapDelete("/api/admin/users/{id:guid}/totp", RemoveAsync).RequirePermissionInTeam("users:update").WithTags("users")
            .WithName("removeUserTotp").WithSummary("Turn off the one-time codes of somebody who lost their device");
    }

    private static async Task<Ok<TotpEnrollment>> EnrollAsync(EnrollTotp body, HttpContext http, TotpDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.EnrollAsync(http, body, cancellationToken));

    private static async Task<Ok<RecoveryCodeList>> ConfirmAsync(TotpCodeBody body, HttpContext http, TotpDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.ConfirmAsync(http, body, cancellationToken));

    private static async Task<Ok<RecoveryCodeList>> RenewAsync(TotpCodeBody body, HttpContext http, TotpDesk desk, CancellationToken cancellationToken) =>
        TypedResults.Ok(await desk.RenewCodesAsync(http, body, cancellationToken));

    private static async Task<NoContent> DisableAsync(TotpCodeBody body, HttpContext http, TotpDesk desk, CancellationToken cancellationToken)
    {
        await desk.DisableAsync(http, body, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> RemoveAsync(Guid id, HttpContext http, TotpDesk desk, CancellationToken cancellationToken)
    {
        await desk.RemoveAsync(http, id, cancellationToken);
        return TypedResults.NoContent();
    }
}
