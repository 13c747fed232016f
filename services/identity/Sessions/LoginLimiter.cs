using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace ThinkWatch.Identity.Sessions;

/// <summary>
/// At most 10 attempts a minute for an address and an e-mail together, 30 for an address. Whoever goes beyond is locked out for a minute, two, four …
/// an hour at most. One atomic script, so that replicas and parallel attempts count as one.
/// </summary>
internal sealed class LoginLimiter(RedisConnection redis)
{
    private const int PerAddressAndEmail = 10;
    private const int PerAddress = 30;
    private const int SignOnPerAddress = 240;

    // For each rule three keys: attempts in the window, the lock, how often it was locked. Answers the wait in milliseconds.
    private const string Script = """
        local wait = 0
        for rule = 0, #KEYS / 3 - 1 do
            local count, lock, strikes = KEYS[rule * 3 + 1], KEYS[rule * 3 + 2], KEYS[rule * 3 + 3]
            local left = redis.call('PTTL', lock)
            if left > wait then wait = left end
        end
        if wait > 0 then return wait end
        for rule = 0, #KEYS / 3 - 1 do
            local count, lock, strikes = KEYS[rule * 3 + 1], KEYS[rule * 3 + 2], KEYS[rule * 3 + 3]
            local attempts = redis.call('INCR', count)
            if attempts == 1 then redis.call('PEXPIRE', count, 60000) end
            if attempts > tonumber(ARGV[rule + 1]) then
                local strike = redis.call('INCR', strikes)
                redis.call('PEXPIRE', strikes, 86400000)
                local duration = math.floor(math.min(60000 * 2 ^ math.min(strike - 1, 6), 3600000))
                redis.call('SET', lock, '1')
                redis.call('PEXPIRE', lock, string.format('%d', duration))
                redis.call('DEL', count)
                if duration > wait then wait = duration end
            end
        end
        return wait
        """;

    /// <summary>Counts an attempt. Null: go on; otherwise how long to wait.</summary>
    public async Task<TimeSpan?> EnterAsync(string clientIp, string email)
    {
        RedisKey[] keys = [.. Keys($"{clientIp}:{Hash(email)}"), .. Keys(clientIp)];
        var wait = (long)await redis.RunAsync(database => database.ScriptEvaluateAsync(Script, keys, [PerAddressAndEmail, PerAddress]));
        return wait > 0 ? TimeSpan.FromMilliseconds(wait) : null;
    }

    /// <summary>Counts an attempt at the second factor of one account, from wherever it comes: six digits would not last long otherwise.</summary>
    public async Task<TimeSpan?> EnterAccountAsync(Guid user)
    {
        var wait = (long)await redis.RunAsync(database => database.ScriptEvaluateAsync(Script, Keys($"account:{user:N}"), [PerAddressAndEmail]));
        return wait > 0 ? TimeSpan.FromMilliseconds(wait) : null;
    }

    /// <summary>Counts a step of a single sign-on; many people of one office come from one address.</summary>
    public async Task<TimeSpan?> EnterSignOnAsync(string clientIp)
    {
        var wait = (long)await redis.RunAsync(database => database.ScriptEvaluateAsync(Script, Keys($"sso:{clientIp}"), [SignOnPerAddress]));
        return wait > 0 ? TimeSpan.FromMilliseconds(wait) : null;
    }

    /// <summary>A good login forgives the earlier lock-outs of this address and e-mail.</summary>
    public Task ForgiveAsync(string clientIp, string email) =>
        redis.RunAsync(database => database.KeyDeleteAsync(Keys($"{clientIp}:{Hash(email)}")));

    private static RedisKey[] Keys(string who) => [$"identity:login:{who}:count", $"identity:login:{who}:lock", $"identity:login:{who}:strikes"];

    // No e-mail addresses in key names, and a bounded length.
    private static string Hash(string email) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email)).AsSpan(0, 12));
}
