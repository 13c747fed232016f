using ThinkWatch.ManagementApi;

namespace ThinkWatch.Identity.Sessions;

/// <summary>Opens, renews and closes what the browser holds of a session.</summary>
internal sealed class SessionCookieWriter(SessionStore sessions, AccessTokens accessTokens, RefreshTokens refreshTokens)
{
    public async Task<Session> OpenAsync(HttpContext http, Guid userId, Guid orgId, string? origin = null)
    {
        var session = await sessions.CreateAsync(userId, orgId, http.ClientIp(), http.Request.Headers.UserAgent.ToString(), origin);
        Write(http, session, generation: 0);
        return session;
    }

    public void Write(HttpContext http, Session session, long generation)
    {
        http.Response.Cookies.Append(SessionCookies.Access, accessTokens.Issue(session), Options(accessTokens.Lifetime));
        http.Response.Cookies.Append(SessionCookies.Refresh, refreshTokens.Issue(session.Id, generation), Options(sessions.Lifetime));
    }

    public static void Clear(HttpContext http)
    {
        http.Response.Cookies.Append(SessionCookies.Access, "", Options(TimeSpan.Zero));
        http.Response.Cookies.Append(SessionCookies.Refresh, "", Options(TimeSpan.Zero));
    }

    private static CookieOptions Options(TimeSpan lifetime) =>
        new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = lifetime, IsEssential = true };
}
