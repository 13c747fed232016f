using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;
using ThinkWatch.Identity.Sessions;

namespace ThinkWatch.Identity.Sso;

/// <summary>
/// What is too large or too secret for a browser to carry between two requests: sealed in Redis for a short while, under the hash of a random ticket
/// that the browser holds in a cookie.
/// </summary>
internal sealed class SsoTickets(Vault vault, RedisConnection redis)
{
    private const string TakeScript = """
        local value = redis.call('GET', KEYS[1])
        redis.call('DEL', KEYS[1])
        return value
        """;

    public async Task IssueAsync<T>(HttpContext http, string kind, T value, TimeSpan lifetime)
    {
        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var key = Key(kind, ticket);
        var envelope = vault.Seal(JsonSerializer.Serialize(value), key);
        await redis.RunAsync(database => database.StringSetAsync(key, envelope, lifetime));
        http.Response.Cookies.Append(Cookie(kind), ticket, SsoCookies.Options(lifetime));
    }

    /// <summary>Reads it and leaves it.</summary>
    public Task<T?> PeekAsync<T>(HttpContext http, string kind) where T : class =>
        ReadAsync<T>(http, kind, static (database, key) => database.StringGetAsync(key));

    /// <summary>Reads it for the last time.</summary>
    public async Task<T?> TakeAsync<T>(HttpContext http, string kind) where T : class
    {
        var value = await ReadAsync<T>(http, kind, static async (database, key) => (RedisValue)await database.ScriptEvaluateAsync(TakeScript, [key]));
        http.Response.Cookies.Append(Cookie(kind), "", SsoCookies.Options(TimeSpan.Zero));
        return value;
    }

    private async Task<T?> ReadAsync<T>(HttpContext http, string kind, Func<IDatabase, string, Task<RedisValue>> read) where T : class
    {
        if (http.Request.Cookies[Cookie(kind)] is not { Length: > 0 and <= 100 } ticket)
            return null;
        var key = Key(kind, ticket);
        var envelope = await redis.RunAsync(database => read(database, key));
        if (envelope.IsNullOrEmpty)
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(vault.OpenString(envelope!, key));
        }
        catch (VaultException)
        {
            // Sealed with a key that is gone, or not by us.
            return null;
        }
    }

    private static string Cookie(string kind) => $"__Host-thinkwatch_sso_{kind}";

    private static string Key(string kind, string ticket) => $"identity:sso:{kind}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ticket)))}";
}
