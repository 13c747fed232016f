using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using ThinkWatch.AiGateway.Routing.Health;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Settings;

namespace ThinkWatch.Integration.Tests.Routing;

/// <summary>Two replicas' circuit breakers on the real engine.</summary>
public sealed class BreakerSharingTests(EmbeddedStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Breaker_OpensByWhatAllReplicasSaw_AndClosesForAll()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var route = Guid.NewGuid().ToString();
        one.Fail(route, 6);
        other.Fail(route, 4); // ten together; neither opens by its own
        await one.ShareAsync();
        one.State(route).ShouldBe(BreakerState.Closed);
        await other.ShareAsync();
        other.State(route).ShouldBe(BreakerState.Open);
        one.Fail(route, 1);
        await one.ShareAsync();
        one.State(route).ShouldBe(BreakerState.Open);
        one.TryEnter(route).ShouldBeFalse();

        // After its rest three good probes close it, wherever they were made.
        await Task.Delay(Replica.Rest + TimeSpan.FromMilliseconds(200), Cancelled);
        one.TryEnter(route).ShouldBeFalse(); // it must ask first
        await one.ShareAsync();
        for (var probe = 0; probe < BreakerPolicy.Probes; probe++)
            one.Probe(route);
        await one.ShareAsync();
        one.State(route).ShouldBe(BreakerState.Closed);
        await other.ShareAsync();
        other.State(route).ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task HalfOpen_OneProbeAtATime_OverAllReplicas()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var route = await OpenedAsync(one, other);

        // Both have calls to send; one of them may.
        one.TryEnter(route).ShouldBeFalse();
        other.TryEnter(route).ShouldBeFalse();
        await Task.WhenAll(one.ShareAsync(), other.ShareAsync());
        var (holder, waiting) = one.TryProbe(route) ? (one, other) : (other, one);
        if (holder == other)
            other.TryProbe(route).ShouldBeTrue();
        for (var report = 0; report < 6; report++)
        {
            // Longer than a lease: as long as its probe is under way it is renewed.
            waiting.TryEnter(route).ShouldBeFalse();
            holder.TryEnter(route).ShouldBeFalse();
            await Task.WhenAll(one.ShareAsync(), other.ShareAsync());
            await Task.Delay(TimeSpan.FromMilliseconds(450), Cancelled);
        }

        // Its probe says nothing and nothing more is to be sent there: the other's turn.
        holder.EndProbe(route, AttemptOutcome.Neither);
        await holder.ShareAsync();
        waiting.TryEnter(route).ShouldBeFalse();
        await waiting.ShareAsync();
        waiting.TryProbe(route).ShouldBeTrue();
        waiting.EndProbe(route, AttemptOutcome.Failed);
        await Task.WhenAll(one.ShareAsync(), other.ShareAsync());
        await holder.ShareAsync();
        holder.State(route).ShouldBe(BreakerState.Open);
    }

    [Fact]
    public async Task Holder_ThatFallsSilent_HoldsUpTheOthersForALease()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var route = await OpenedAsync(one, other);
        one.TryEnter(route).ShouldBeFalse();
        await one.ShareAsync();
        one.TryProbe(route).ShouldBeTrue();
        other.TryEnter(route).ShouldBeFalse();
        await other.ShareAsync();
        other.TryEnter(route).ShouldBeFalse();
        await Task.Delay(TimeSpan.FromMilliseconds(2100), Cancelled);
        await other.ShareAsync();
        other.TryProbe(route).ShouldBeTrue();
    }

    [Fact]
    public async Task Replica_WithoutCalls_HearsOfWhatOthersSaw()
    {
        await using var one = await OpenAsync();
        await using var idle = await OpenAsync();
        var route = Guid.NewGuid().ToString();
        idle.State(route).ShouldBe(BreakerState.Closed);
        one.Fail(route, 10);
        await one.ShareAsync();
        await idle.ShareAsync();
        idle.State(route).ShouldBe(BreakerState.Open);
        idle.TryEnter(route).ShouldBeFalse();
    }

    [Fact]
    public async Task Attempts_ThatMostlySucceedElsewhere_KeepItClosed()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        var route = Guid.NewGuid().ToString();
        one.Succeed(route, 30);
        await one.ShareAsync();
        other.Fail(route, 9);
        await other.ShareAsync();
        other.State(route).ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task Report_AfterTheStoreForgotItsScripts_IsNotLost()
    {
        await using var one = await OpenAsync();
        using var other = await ConnectionMultiplexer.ConnectAsync(await stores.RedisAsync() + ",allowAdmin=true");
        var route = Guid.NewGuid().ToString();
        one.Succeed(route, 1);
        await one.ShareAsync();
        await other.GetServer(other.GetEndPoints()[0]).ScriptFlushAsync();
        one.Fail(route, 19);
        await one.ShareAsync();
        one.State(route).ShouldBe(BreakerState.Open);
    }

    /// <summary>A route that both know to be open, and that has rested.</summary>
    private static async Task<string> OpenedAsync(Replica one, Replica other)
    {
        var route = Guid.NewGuid().ToString();
        one.Fail(route, 10);
        other.Fail(route, 1);
        await one.ShareAsync();
        await other.ShareAsync();
        other.State(route).ShouldBe(BreakerState.Open);
        await Task.Delay(Replica.Rest + TimeSpan.FromMilliseconds(200), Cancelled);
        return route;
    }

    private async Task<Replica> OpenAsync() => new(await ConnectionMultiplexer.ConnectAsync(await stores.RedisAsync()));

    private sealed class Replica : IAsyncDisposable, ISettings
    {
        public static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

        private readonly ConnectionMultiplexer _redis;
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private readonly RouteHealthBook _book;
        private readonly BreakerSharing _sharing;

        public Replica(ConnectionMultiplexer redis)
        {
            _redis = redis;
            _book = new RouteHealthBook(TimeProvider.System, _services.GetRequiredService<IMeterFactory>());
            _sharing = new BreakerSharing(redis, _book, this, NullLogger<BreakerSharing>.Instance);
        }

        private BreakerPolicy Policy => BreakerPolicy.Of(this);

        /// <summary>They never change here.</summary>
        public event Action? Changed
        {
            add { }
            remove { }
        }

        public T Get<T>(Setting<T> setting)
            where T : notnull => setting.Key == "gateway.cb_open_secs" ? (T)(object)(int)Rest.TotalSeconds : setting.Default;

        public Task ShareAsync() => _sharing.ShareAsync(Cancelled);

        public BreakerState State(string route) => Health(route).State;

        public bool TryEnter(string route) => Health(route).TryEnter(Policy, out _);

        public void Fail(string route, int times) => End(route, times, AttemptOutcome.Failed);

        public void Succeed(string route, int times) => End(route, times, AttemptOutcome.Good);

        public bool TryProbe(string route) => Health(route).TryEnter(Policy, out var isProbe) && isProbe;

        public void EndProbe(string route, AttemptOutcome outcome) => Health(route).End(Policy, outcome, 1, isProbe: true);

        public void Probe(string route)
        {
            Health(route).TryEnter(Policy, out var isProbe).ShouldBeTrue();
            isProbe.ShouldBeTrue();
            Health(route).End(Policy, AttemptOutcome.Good, 1, isProbe);
        }

        public async ValueTask DisposeAsync()
        {
            _sharing.Dispose();
            await _services.DisposeAsync();
            await _redis.CloseAsync();
        }

        private RouteHealth Health(string route) => _book.Of(route, "p", "p");

        private void End(string route, int times, AttemptOutcome outcome)
        {
            for (var i = 0; i < times; i++)
                Health(route).End(Policy, outcome, 1, isProbe: false);
        }
    }
}
