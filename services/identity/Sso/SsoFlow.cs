using System.Text.Json;
using ThinkWatch.Identity.Sessions;
using ThinkWatch.Identity.Sso.Oidc;

namespace ThinkWatch.Identity.Sso;

/// <summary>A sign-in under way. tester: it is a test by this administrator, and signs nobody in.</summary>
internal sealed record SsoFlow(Guid Connection, OidcAttempt Attempt, string ReturnTo, Guid? Tester, DateTimeOffset ExpiresAt)
{
    public override string ToString() => Connection.ToString();
}

/// <summary>
/// Keeps a sign-in under way in the browser that began it, sealed for its state: the cookie opens with no other state, elsewhere it is missing, and Redis
/// remembers for as long as it could come back that it was spent.
/// </summary>
internal sealed class SsoFlows(Vault vault, RedisConnection redis, TimeProvider time)
{
    private const string Cookie = "__Host-thinkwatch_sso";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public OidcAttempt Begin(HttpContext http, Guid connection, string returnTo, Guid? tester)
    {
        var flow = new SsoFlow(connection, OidcAttempt.New(), returnTo, tester, time.GetUtcNow() + Lifetime);
        http.Response.Cookies.Append(Cookie, vault.Seal(JsonSerializer.Serialize(flow), Cell(flow.Attempt.State)), SsoCookies.Options(Lifetime));
        return flow.Attempt;
    }

    /// <summary>Spends the flow of this browser and state; null when there is none.</summary>
    public async Task<SsoFlow?> TakeAsync(HttpContext http, string? state)
    {
        var envelope = http.Request.Cookies[Cookie];
        if (string.IsNullOrEmpty(envelope) || state is not { Length: > 0 and <= 100 } || Open(envelope, state) is not { } flow || flow.ExpiresAt <= time.GetUtcNow())
            return null;
        http.Response.Cookies.Append(Cookie, "", SsoCookies.Options(TimeSpan.Zero));
        var first = await redis.RunAsync(database => database.StringSetAsync($"identity:sso:spent:{state}", "1", Lifetime, StackExchange.Redis.When.NotExists));
        return first ? flow : null;
    }

    private SsoFlow? Open(string envelope, string state)
    {
        try
        {
            return JsonSerializer.Deserialize<SsoFlow>(vault.OpenString(envelope, Cell(state)));
        }
        catch (VaultException)
        {
            return null;
        }
    }

    private static string Cell(string state) => $"identity.sso/flow/{state}";
}

internal static class SsoCookies
{
    /// <summary>Lax: the provider sends the browser back by a navigation, which must bring the cookie.</summary>
    public static CookieOptions Options(TimeSpan lifetime) =>
        new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = lifetime, IsEssential = true };
}
