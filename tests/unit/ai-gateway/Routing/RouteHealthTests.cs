using ThinkWatch.AiGateway.Routing.Health;

namespace ThinkWatch.AiGateway.Tests.Routing;

public sealed class RouteHealthTests
{
    private static readonly BreakerPolicy s_policy = new(Enabled: true, ErrorPercent: 50, MinSamples: 10, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30));

    private readonly Clock _clock = new();

    [Fact]
    public void Breaker_OpensAtHalfOfTenFailed_NotBefore()
    {
        var health = new RouteHealth("r", _clock);
        Attempt(health, good: 5, failed: 4);
        health.State.ShouldBe(BreakerState.Closed);
        Attempt(health, good: 0, failed: 1);
        health.State.ShouldBe(BreakerState.Open);
        health.TryEnter(s_policy, out _).ShouldBeFalse();
    }

    [Fact]
    public void Breaker_ForgetsWhatIsOlderThanTheWindow()
    {
        var health = new RouteHealth("r", _clock);
        Attempt(health, good: 0, failed: 9);
        _clock.Advance(TimeSpan.FromSeconds(66));
        Attempt(health, good: 9, failed: 1);
        health.State.ShouldBe(BreakerState.Closed);
        health.SuccessRate(s_policy).ShouldBe(0.9);
    }

    [Fact]
    public void Breaker_AfterItsRest_LetsOneProbeThroughAtATime_AndClosesAfterThree()
    {
        var health = Opened();
        _clock.Advance(TimeSpan.FromSeconds(29));
        health.TryEnter(s_policy, out _).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var probe = 0; probe < BreakerPolicy.Probes; probe++)
        {
            health.TryEnter(s_policy, out var isProbe).ShouldBeTrue();
            isProbe.ShouldBeTrue();
            health.TryEnter(s_policy, out _).ShouldBeFalse();
            health.End(s_policy, AttemptOutcome.Good, 10, isProbe);
        }

        health.State.ShouldBe(BreakerState.Closed);
        health.TryEnter(s_policy, out var ordinary).ShouldBeTrue();
        ordinary.ShouldBeFalse();
    }

    [Fact]
    public void Breaker_WhoseProbeFails_RestsAgain()
    {
        var health = Opened();
        _clock.Advance(TimeSpan.FromSeconds(30));
        health.TryEnter(s_policy, out var isProbe).ShouldBeTrue();
        health.End(s_policy, AttemptOutcome.Failed, 0, isProbe);
        health.State.ShouldBe(BreakerState.Open);
        _clock.Advance(TimeSpan.FromSeconds(29));
        health.TryEnter(s_policy, out _).ShouldBeFalse();
    }

    [Fact]
    public void Probe_WhoseClientWent_LeavesItsPlaceToAnother()
    {
        var health = Opened();
        _clock.Advance(TimeSpan.FromSeconds(30));
        health.TryEnter(s_policy, out var isProbe).ShouldBeTrue();
        health.End(s_policy, AttemptOutcome.Neither, 0, isProbe);
        health.TryEnter(s_policy, out isProbe).ShouldBeTrue();
        isProbe.ShouldBeTrue();
    }

    [Fact]
    public void FirstToken_IsAMovingMean()
    {
        var health = new RouteHealth("r", _clock);
        health.FirstTokenMs.ShouldBeNull();
        health.End(s_policy, AttemptOutcome.Good, 100, isProbe: false);
        health.End(s_policy, AttemptOutcome.Good, 200, isProbe: false);
        health.FirstTokenMs.ShouldBe(120);
    }

    [Fact]
    public void SwitchedOff_NeverOpens()
    {
        var off = s_policy with { Enabled = false };
        var health = new RouteHealth("r", _clock);
        for (var i = 0; i < 50; i++)
            health.End(off, AttemptOutcome.Failed, 0, isProbe: false);
        health.TryEnter(off, out _).ShouldBeTrue();
    }

    private RouteHealth Opened()
    {
        var health = new RouteHealth("r", _clock);
        Attempt(health, good: 0, failed: 10);
        health.State.ShouldBe(BreakerState.Open);
        return health;
    }

    private static void Attempt(RouteHealth health, int good, int failed)
    {
        for (var i = 0; i < good; i++)
            health.End(s_policy, AttemptOutcome.Good, 10, isProbe: false);
        for (var i = 0; i < failed; i++)
            health.End(s_policy, AttemptOutcome.Failed, 0, isProbe: false);
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
