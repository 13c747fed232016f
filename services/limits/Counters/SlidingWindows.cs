using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>Runs the one script that checks and counts all rules of requests that came together, on Redis's clock. Thread-safe.</summary>
internal sealed class SlidingWindows(IConnectionMultiplexer redis)
{
    private const int BucketsPerWindow = 60;
    private const int VerdictFields = 4;
    private static readonly string Script = ReadScript();

    // SHA-1 is how Redis names a script; nothing is protected by it.
#pragma warning disable CA5350
    private static readonly byte[] ScriptHash = SHA1.HashData(Encoding.UTF8.GetBytes(Script));
#pragma warning restore CA5350

    /// <summary>Counts the groups in their order; one verdict for each. All rules belong to one organisation: their keys share its hash tag.</summary>
    /// <exception cref="TimeoutException">Redis did not answer in time. The requests may or may not have been counted.</exception>
    /// <exception cref="RedisException">Redis is away or refused.</exception>
    public async Task<GroupVerdict[]> CountAsync(IReadOnlyList<RuleGroup> groups, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var rules = new List<Rule>();
        var places = new List<RedisValue>();
        foreach (var group in groups)
        {
            places.Add(group.Requests);
            places.Add(group.Rules.Count);
            foreach (var rule in group.Rules) places.Add(PlaceOf(rule, rules));
        }

        var keys = new RedisKey[rules.Count];
        var arguments = new RedisValue[(rules.Count * 2) + places.Count];
        for (var i = 0; i < rules.Count; i++)
        {
            keys[i] = rules[i].CounterKey;
            arguments[2 * i] = rules[i].WindowSecs * 1000L / BucketsPerWindow;
            arguments[(2 * i) + 1] = rules[i].MaxCount;
        }

        places.CopyTo(arguments, rules.Count * 2);
        var answer = (RedisResult[])(await EvaluateAsync(keys, arguments).WaitAsync(deadline, cancellationToken))!;
        return Array.ConvertAll(answer, Read);
    }

    /// <summary>The rule's place among the keys, from 1; a rule that several groups share has one.</summary>
    private static int PlaceOf(Rule rule, List<Rule> rules)
    {
        var known = rules.IndexOf(rule);
        if (known >= 0) return known + 1;
        rules.Add(rule);
        return rules.Count;
    }

    private static GroupVerdict Read(RedisResult result)
    {
        var fields = (long[])result!;
        return new GroupVerdict((int)fields[0], (int)fields[1] - 1, fields[2], fields[3], fields[VerdictFields..]);
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
