using System.Collections.Concurrent;
using System.Threading.Channels;
using StackExchange.Redis;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Counters;

/// <summary>
/// Which epoch of an organisation's counters the store must have at least: that of its last checkpoint. A store with an older one, or none, has lost what
/// it counted, and every script refuses to count there until it is rebuilt. Thread-safe.
/// </summary>
internal sealed class CounterEpochs
{
    private readonly ConcurrentDictionary<Guid, long> _expected = new();

    private readonly Channel<Guid> _lost = Channel.CreateBounded<Guid>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Says that there is something to rebuild. What is dropped is found again by the next call.</summary>
    public ChannelReader<Guid> Losses => _lost.Reader;

    public static RedisKey EpochKey(Guid orgId) => Meter.KeyOf(orgId, "epoch");

    /// <summary>The set of those counters of the organisation that are kept beyond the store.</summary>
    public static RedisKey KnownKey(Guid orgId) => Meter.KeyOf(orgId, "known");

    public static bool IsLoss(RedisServerException e) => e.Message.Contains("COUNTERSLOST", StringComparison.Ordinal);

    /// <summary>0: there is no checkpoint, hence nothing that could be missed.</summary>
    public long Of(Guid orgId) => _expected.GetValueOrDefault(orgId);

    public void Expect(Guid orgId, long epoch) => _expected.AddOrUpdate(orgId, epoch, (_, known) => Math.Max(known, epoch));

    public void Lost(Guid orgId) => _lost.Writer.TryWrite(orgId);
}
