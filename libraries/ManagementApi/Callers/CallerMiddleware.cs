using Microsoft.AspNetCore.Http;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Finds out who is calling an endpoint under /api and whether they may: key before cookie, then the CSRF rules, the surface, the
/// organisation to act in, and the permission. What it lets through finds the caller in <c>http.Caller()</c>.
/// </summary>
internal sealed class CallerMiddleware(RequestDelegate next, ICallerAuthenticator authenticator, TrustedProxies proxies, KeyThrottle throttle)
{
    private const string ConsoleSurface = "console";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    public async Task InvokeAsync(HttpContext http)
    {
        http.Features.Set(new ClientAddress(proxies.Resolve(http)));
        var requirement = http.GetEndpoint()?.Metadata.GetMetadata<CallerRequirement>();
        if (requirement is not null && await RefuseAsync(http, requirement) is { } problem)
        {
            await problem.ExecuteAsync(http);
            return;
        }

        await next(http);
    }

    private async Task<ApiProblem?> RefuseAsync(HttpContext http, CallerRequirement requirement)
    {
        var trusted = proxies.Trusts(http.Connection.RemoteIpAddress);
        if (requirement.Anonymous)
        {
            return http.GetEndpoint()!.Metadata.GetMetadata<SameOriginRequirement>() is null ? null : CsrfGuard.Refuse(http.Request, trusted);
        }

        var authorization = http.Request.Headers.Authorization.ToString();
        var cookie = http.Request.Cookies[SessionCookies.Access];
        if (authorization.Length == 0 && string.IsNullOrEmpty(cookie))
            return ApiProblem.Unauthenticated();
        if (authorization.Length == 0 && CsrfGuard.IsStateChange(http.Request) && CsrfGuard.Refuse(http.Request, trusted) is { } csrf)
            return csrf;

        var reply = await AuthenticateAsync(http, authorization, cookie);
        if (reply?.Outcome != AuthOutcome.Ok)
            return ApiProblem.Unauthenticated(Explain(reply?.Outcome ?? AuthOutcome.Unknown));
        var (caller, refusal) = ActingIn(http, reply.Principal);
        if (refusal is not null)
            return refusal;
        http.Features.Set(caller);
        return Refuse(caller, requirement, http.GetEndpoint()!.Metadata.GetMetadata<AnySurface>() is not null);
    }

    private async Task<AuthenticateReply?> AuthenticateAsync(HttpContext http, string authorization, string? cookie)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline.CancelAfter(Deadline);
        try
        {
            if (authorization.Length == 0)
                return await authenticator.AuthenticateSessionAsync(cookie!, http.ClientIp(), deadline.Token);
            return ApiKeyText.HashFromAuthorization(authorization) is { } hash
                ? await authenticator.AuthenticateKeyAsync(hash, http.ClientIp(), deadline.Token)
                : null;
        }
        catch (Exception fault) when (!http.RequestAborted.IsCancellationRequested && fault is not ApiProblemException)
        {
            // Whatever keeps us from knowing the caller, the answer is the same: not now.
            throw ApiProblem.Unavailable("The caller cannot be verified at the moment.").AsException(fault);
        }
    }

    private static (Principal Caller, ApiProblem? Refusal) ActingIn(HttpContext http, Principal caller)
    {
        var asked = http.Request.Headers["x-thinkwatch-org"].ToString();
        if (asked.Length == 0 || string.Equals(asked, caller.OrgId, StringComparison.OrdinalIgnoreCase))
            return (caller, null);
        if (!caller.PlatformAdmin)
            return (caller, ApiProblem.Forbidden("Only a platform administrator may act in another organisation."));
        if (!Guid.TryParse(asked, out var org))
            return (caller, ApiProblem.BadRequest("x-thinkwatch-org is not an organisation id."));
        var acting = caller.Clone();
        acting.OrgId = org.ToString();
        return (acting, null);
    }

    private ApiProblem? Refuse(Principal caller, CallerRequirement requirement, bool anySurface)
    {
        if (caller.KeyId.Length > 0 && !anySurface && !caller.Surfaces.Contains(ConsoleSurface))
            return ApiProblem.Forbidden("This key does not have the surface console.");
        if (caller.KeyId.Length > 0 && throttle.Enter(caller.KeyId) is { } wait)
            return ApiProblem.TooMany("This key makes too many management calls.", wait);
        if (requirement.AnyOf.Count == 0 || requirement.AnyOf.Any(p => caller.Holds(p) || (requirement.InTeams && caller.Reach(p).Any)))
            return null;
        return ApiProblem.MissingPermission(string.Join(" or ", requirement.AnyOf));
    }

    private static string Explain(AuthOutcome outcome) => outcome switch
    {
        AuthOutcome.Expired => "The key or session has expired.",
        AuthOutcome.Revoked => "The key or session was revoked.",
        AuthOutcome.Disabled => "The account is disabled.",
        AuthOutcome.AddressNotAllowed => "The key may not be used from this address.",
        _ => "The key or session is not known.",
    };
}

/// <summary>The console's cookies; the prefix makes browsers bind them to this host and path.</summary>
public static class SessionCookies
{
    public const string Access = "__Host-thinkwatch_access";
    public const string Refresh = "__Host-thinkwatch_refresh";
}
