using StackExchange.Redis;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Counters;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Many calls in an organisation's set of leases: walked through in parts, each call once.</summary>
public sealed class LeaseSetTests : IAsyncLifetime
{
    private const int Ended = 6000;
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly Guid _orgId = Guid.NewGuid();
    private readonly long _now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private EmbeddedRedis? _store;
    private ConnectionMultiplexer? _redis;

    private IDatabase Database => _redis!.GetDatabase();

    private LeaseSet Leases => new(_redis!, _orgId);

    [Fact]
    public async Task Read_OfMoreThanAPart_HasEachCallOfItsTimesOnce()
    {
        var read = await Leases.ReadAsync(1 - _now, 4000 - _now, _cancel);
        var expected = Enumerable.Range(0, Ended).Where(static i => AgeOf(i) is >= 1 and <= 4000).Select(static i => $"ended{i}");
        read.Select(static call => (string)call.Element!).Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
        read.TrueForAll(call => call.Score == AgeOf(int.Parse(((string)call.Element!).AsSpan("ended".Length))) - _now).ShouldBeTrue();
    }

    [Fact]
    public async Task Read_OfManyInOneMillisecond_HasThemAll() =>
        (await Leases.ReadAsync(_now + 600_000, _now + 600_000, _cancel)).Count.ShouldBe(2500);

    [Fact]
    public async Task ForgetEnded_LeavesWhatEndedLaterAndWhatIsUnderWay()
    {
        await Leases.ForgetEndedAsync(_now - 3000, _cancel);
        var left = await Leases.ReadAsync(-_now, -1, _cancel);
        left.Count.ShouldBe(Enumerable.Range(0, Ended).Count(static i => AgeOf(i) < 3000));
        (await Leases.ReadAsync(0, _now + 600_000, _cancel)).Count.ShouldBe(2501);
        (await Leases.OverdueAsync(_now, 10, _cancel)).ShouldBe(["overdue"]);
    }

    public async ValueTask InitializeAsync()
    {
        _store = await EmbeddedRedis.StartAsync();
        _redis = await ConnectionMultiplexer.ConnectAsync(_store.Address);
        SortedSetEntry[] calls =
        [
            .. Enumerable.Range(0, Ended).Select(i => new SortedSetEntry($"ended{i}", AgeOf(i) - _now)),
            .. Enumerable.Range(0, 2500).Select(i => new SortedSetEntry($"begun{i}", _now + 600_000)),
            new SortedSetEntry("overdue", _now - 1),
        ];
        await Database.SortedSetAddAsync(CallRecord.LeasesOf(_orgId), calls);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.CloseAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    /// <summary>How long ago it ended, in ms: most of them lately.</summary>
    private static long AgeOf(int call) => call < 4500 ? call / 3 : call;
}
