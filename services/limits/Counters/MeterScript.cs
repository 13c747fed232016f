using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace ThinkWatch.Limits.Counters;

/// <summary>A script of this folder, after what all of them begin with. Sent by its hash; whole when the store has forgotten it. Thread-safe.</summary>
/// <param name="clock">Null: Redis tells the time. Else this does, in Unix ms: for tests of months.</param>
internal sealed class MeterScript(IConnectionMultiplexer redis, string name, CounterEpochs epochs, Func<long>? clock = null)
{
    private readonly Source _source = new(name);

    /// <exception cref="TimeoutException">Redis did not answer in time. The script may or may not have run.</exception>
    /// <exception cref="RedisException">Redis is away or refused; or has lost what it counted.</exception>
    public async Task<RedisResult> RunAsync(Guid orgId, RedisKey[] keys, RedisValue[] arguments, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await EvaluateAsync(keys, arguments).WaitAsync(deadline, cancellationToken);
        }
        catch (RedisServerException e) when (CounterEpochs.IsLoss(e))
        {
            epochs.Lost(orgId);
            throw;
        }
    }

    private async Task<RedisResult> EvaluateAsync(RedisKey[] keys, RedisValue[] arguments)
    {
        var database = redis.GetDatabase();
        if (clock is not null) return await database.ScriptEvaluateAsync(_source.TextAt(clock()), keys, arguments);
        try
        {
            return await database.ScriptEvaluateAsync(_source.Hash, keys, arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ScriptEvaluateAsync(_source.Text, keys, arguments);
        }
    }

    private sealed class Source
    {
        public Source(string name)
        {
            Text = Read("meters") + Read(name);

            // SHA-1 is how Redis names a script; nothing is protected by it.
#pragma warning disable CA5350
            Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
#pragma warning restore CA5350
        }

        public string Text { get; }

        public byte[] Hash { get; }

        public string TextAt(long unixMs) => Text.Replace("redis.call('TIME')", $"{{ '{unixMs / 1000}', '{unixMs % 1000 * 1000}' }}", StringComparison.Ordinal);

        private static string Read(string name)
        {
            using var stream = typeof(MeterScript).Assembly.GetManifestResourceStream($"ThinkWatch.Limits.Counters.{name}.lua")!;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
    }
}
