using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Sessions;

internal sealed record Session(string Id, Guid UserId, string ClientIp);

internal sealed record SessionView(string Id, string ClientIp, string UserAgent, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool Current);

internal sealed record SessionList(IReadOnlyList<SessionView> Items);

internal enum RotateOutcome
{
    Rotated,
    Unknown,

    /// <summary>A refresh token that was already spent came back: somebody else holds a copy. The session is gone.</summary>
    Replayed,
}

/// <summary>
/// Sessions in Redis: one hash each, found by a random id, gone with its time to live. A set per user finds them all. The generation counts the
/// refresh tokens spent.
/// </summary>
internal sealed class SessionStore(RedisConnection redis, ISettings settings, TimeProvider time)
{
    private const string CreateScript = """
        redis.call('HSET', KEYS[1], 'user', ARGV[1], 'org', ARGV[2], 'ip', ARGV[3], 'agent', ARGV[4], 'created', ARGV[5], 'seen', ARGV[5], 'generation', 0, 'origin', ARGV[8])
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
        redis.call('SADD', KEYS[2], ARGV[7])
        redis.call('PEXPIRE', KEYS[2], ARGV[6])
        return 1
        """;

    private const string RotateScript = """
        local current = redis.call('HGET', KEYS[1], 'generation')
        if not current then return -1 end
        if tonumber(current) ~= tonumber(ARGV[1]) then
            redis.call('DEL', KEYS[1])
            return -2
        end
        local next = redis.call('HINCRBY', KEYS[1], 'generation', 1)
        redis.call('HSET', KEYS[1], 'seen', ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        return next
        """;

    private static readonly RedisValue[] Fields = ["user", "ip"];
    private static readonly RedisValue[] ShownFields = ["user", "ip", "agent", "created", "seen"];

    public TimeSpan Lifetime => TimeSpan.FromDays(settings.Get(SettingsRegistry.Auth.JwtRefreshTtlDays));

    /// <param name="origin">What the end of the session must know of where it came from; sealed.</param>
    public async Task<Session> CreateAsync(Guid userId, Guid orgId, string clientIp, string userAgent, string? origin = null)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        RedisValue[] values =
        [
            userId.ToString(), orgId.ToString(), clientIp, userAgent.Length > 256 ? userAgent[..256] : userAgent,
            time.GetUtcNow().ToUnixTimeMilliseconds(), (long)Lifetime.TotalMilliseconds, id, origin ?? "",
        ];
        await redis.RunAsync(database => database.ScriptEvaluateAsync(CreateScript, [Key(id), OfUser(userId)], values));
        return new Session(id, userId, clientIp);
    }

    public async Task<Session?> FindAsync(string id)
    {
        var values = await redis.RunAsync(database => database.HashGetAsync(Key(id), Fields));
        return Guid.TryParse((string?)values[0], out var userId) ? new Session(id, userId, (string?)values[1] ?? "") : null;
    }

    /// <summary>Null: it was opened with a password.</summary>
    public async Task<string?> FindOriginAsync(string id)
    {
        var origin = await redis.RunAsync(database => database.HashGetAsync(Key(id), "origin"));
        return origin.IsNullOrEmpty ? null : (string?)origin;
    }

    /// <summary>Spends a refresh token of this generation and answers the next.</summary>
    public async Task<(RotateOutcome Outcome, long Generation)> RotateAsync(Session session, long generation)
    {
        RedisValue[] values = [generation, (long)Lifetime.TotalMilliseconds, time.GetUtcNow().ToUnixTimeMilliseconds()];
        var result = (long)await redis.RunAsync(database => database.ScriptEvaluateAsync(RotateScript, [Key(session.Id), OfUser(session.UserId)], values));
        return result switch
        {
            -1 => (RotateOutcome.Unknown, 0),
            -2 => (RotateOutcome.Replayed, 0),
            _ => (RotateOutcome.Rotated, result),
        };
    }

    public async Task EndAsync(string id, Guid userId)
    {
        await redis.RunAsync(database => database.KeyDeleteAsync(Key(id)));
        await redis.RunAsync(database => database.SetRemoveAsync(OfUser(userId), id));
    }

    /// <summary>All of a user's, but the one to keep.</summary>
    public async Task EndAllAsync(Guid userId, string? keep = null)
    {
        var ids = await redis.RunAsync(database => database.SetMembersAsync(OfUser(userId)));
        RedisValue[] gone = [.. ids.Where(id => id != keep)];
        if (gone.Length == 0)
            return;
        await redis.RunAsync(database => database.KeyDeleteAsync([.. gone.Select(id => Key(id!))]));
        await redis.RunAsync(database => database.SetRemoveAsync(OfUser(userId), gone));
    }

    public async Task<IReadOnlyList<SessionView>> ListAsync(Guid userId, string current)
    {
        var views = new List<SessionView>();
        foreach (var id in await redis.RunAsync(database => database.SetMembersAsync(OfUser(userId))))
        {
            var values = await redis.RunAsync(database => database.HashGetAsync(Key(id!), ShownFields));
            if (values[0].IsNull)
                await redis.RunAsync(database => database.SetRemoveAsync(OfUser(userId), id));
            else
                views.Add(new SessionView(Handle(id!), values[1]!, values[2]!, Time(values[3]), Time(values[4].IsNull ? values[3] : values[4]), id == current));
        }

        return [.. views.OrderByDescending(v => v.LastSeenAt)];
    }

    /// <summary>Ends the session that a list showed by this handle.</summary>
    public async Task EndByHandleAsync(string handle, Guid userId)
    {
        foreach (var id in await redis.RunAsync(database => database.SetMembersAsync(OfUser(userId))))
        {
            if (Handle(id!) == handle)
                await EndAsync(id!, userId);
        }
    }

    /// <summary>Whether the setting lets this session be used from this address.</summary>
    public bool AllowsUse(Session session, string clientIp) => settings.Get(SettingsRegistry.Auth.SessionIpBinding) != "every" || session.ClientIp == clientIp;

    public bool AllowsRefresh(Session session, string clientIp) => settings.Get(SettingsRegistry.Auth.SessionIpBinding) == "off" || session.ClientIp == clientIp;

    // What a list shows: names a session without being what its tokens are made of.
    private static string Handle(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 12));

    private static DateTimeOffset Time(RedisValue milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    private static RedisKey Key(string id) => string.Create(CultureInfo.InvariantCulture, $"identity:session:{id}");

    private static RedisKey OfUser(Guid userId) => string.Create(CultureInfo.InvariantCulture, $"identity:sessions-of:{userId:N}");
}
