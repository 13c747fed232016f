using System.Reflection;
using System.Text;
using StackExchange.Redis;
using ThinkWatch.Limits.Checks;

namespace ThinkWatch.Load.Checks;

/// <summary>The keys and arguments with which a check was sent, to send them with other scripts.</summary>
internal sealed record SentScript(RedisKey[] Keys, RedisValue[] Arguments)
{
    private const string Epoch = "if tonumber(redis.call('GET', KEYS[#KEYS]) or '0') < tonumber(ARGV[3]) then";

    /// <summary>The script of checks but for its look at the epoch.</summary>
    public string WithoutEpoch { get; } = Whole().Replace(Epoch, "if false then", StringComparison.Ordinal);

    /// <summary>A connection that notes what is sent, and what it has noted last.</summary>
    public static (Func<SentScript> Seen, IConnectionMultiplexer Recorder) Record(IConnectionMultiplexer redis)
    {
        var recorder = DispatchProxy.Create<IConnectionMultiplexer, RecordingConnection>();
        var connection = (RecordingConnection)(object)recorder;
        connection.Database = DispatchProxy.Create<IDatabase, RecordingDatabase>();
        var database = (RecordingDatabase)(object)connection.Database;
        database.Inner = redis.GetDatabase();
        return (() => database.Sent ?? throw new InvalidOperationException("Nothing was sent."), recorder);
    }

    /// <summary>The keys for another call: its record must not be there yet.</summary>
    public RedisKey[] KeysOf(Guid call) => Array.ConvertAll(Keys, key => ((string)key!).Contains(":call:", StringComparison.Ordinal) ? (RedisKey)$"{key}{call:N}" : key);

    private static string Whole()
    {
        var text = Read("meters") + Read("check");
        return text.Contains(Epoch, StringComparison.Ordinal) ? text : throw new InvalidOperationException("The script looks at the epoch in another way.");
    }

    private static string Read(string name)
    {
        using var stream = typeof(CheckPlanner).Assembly.GetManifestResourceStream($"ThinkWatch.Limits.Counters.{name}.lua")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // DispatchProxy derives from them.
#pragma warning disable CA1852
    private class RecordingConnection : DispatchProxy
    {
        public IDatabase? Database { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name == nameof(IConnectionMultiplexer.GetDatabase) ? Database : throw new NotSupportedException();
    }

    private class RecordingDatabase : DispatchProxy
    {
        public IDatabase? Inner { get; set; }

        public SentScript? Sent { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (args is [_, RedisKey[] keys, RedisValue[] arguments, ..]) Sent = new SentScript(keys, arguments);
            return targetMethod!.Invoke(Inner, args);
        }
    }
#pragma warning restore CA1852
}
