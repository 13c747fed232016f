using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>What the script decided. When refused: the rule by index, its present count, and how long until it would pass.</summary>
internal readonly record struct WindowVerdict(bool Allowed, int Rule, long Current, long RetryMs, long[]? Counts);

/// <summary>Runs the one script that checks and counts all rules of a request, on Redis's clock. Thread-safe.</summary>
internal sealed class SlidingWindows(IConnectionMultiplexer redis)
{
    private const int BucketsPerWindow = 60;
    private static readonly string Script = ReadScript();

    // SHA-1 is how Redis names a script; nothing is protected by it.
#pragma warning disable CA5350
    private static readonly byte[] ScriptHash = SHA1.HashData(Encoding.UTF8.GetBytes(Script));
#pragma warning restore CA5350

    /// <exception cref="TimeoutException">Redis did not answer in time. The requests may or may not have been counted.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<WindowVerdict> CountAsync(IReadOnlyList<Rule> rules, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var keys = new RedisKey[rules.Count];
        var arguments = new RedisValue[rules.Count * 2];
        for (var i = 0; i < rules.Count; i++)
        {
            keys[i] = rules[i].CounterKey;
            arguments[2 * i] = rules[i].WindowSecs * 1000L / BucketsPerWindow;
            arguments[(2 * i) + 1] = rules[i].MaxCount;
        }

        var answer = (RedisResult[])(await EvaluateAsync(keys, arguments).WaitAsync(deadline, cancellationToken))!;
        if ((long)answer[0] == 0) return new WindowVerdict(false, (int)(long)answer[1] - 1, (long)answer[2], (long)answer[3], null);
        var counts = new long[rules.Count];
        for (var i = 0; i < counts.Length; i++) counts[i] = (long)answer[i + 1];
        return new WindowVerdict(true, -1, 0, 0, counts);
    }

    private async Task<RedisResult> EvaluateAsync(RedisKey[] keys, RedisValue[] arguments)
    {
        var database = redis.GetDatabase();
        try
        {
            return await database.ScriptEvaluateAsync(ScriptHash, keys, arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // A store that restarted has forgotten the script; sending it whole loads it again.
            return await database.ScriptEvaluateAsync(Script, keys, arguments);
        }
    }

    private static string ReadScript()
    {
        using var stream = typeof(SlidingWindows).Assembly.GetManifestResourceStream("ThinkWatch.Limits.Counters.sliding_windows.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
