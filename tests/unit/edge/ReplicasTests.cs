using Microsoft.Extensions.Configuration;
using ThinkWatch.Edge.Forwarding;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Edge.Tests;

public sealed class ReplicasTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void Next_TwoReplicas_TakesTurns()
    {
        var replicas = Of("http://127.0.0.1:1", "http://127.0.0.1:2");
        Enumerable.Range(0, 4).Select(_ => replicas.Next("ai-gateway")!.Address).Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
    }

    [Fact]
    public void Refused_OfTwo_RestsForTwoSeconds()
    {
        var replicas = Of("http://127.0.0.1:1", "http://127.0.0.1:2");
        var refused = replicas.Next("ai-gateway")!;
        replicas.Refused(refused);
        Enumerable.Range(0, 6).Select(_ => replicas.Next("ai-gateway")).ShouldAllBe(r => r != refused);
        _time.Advance(TimeSpan.FromSeconds(2));
        Enumerable.Range(0, 2).Select(_ => replicas.Next("ai-gateway")).ShouldContain(refused);
    }

    [Theory]
    [InlineData(ReplicaState.Live, ReplicaState.Away)]
    [InlineData(ReplicaState.Ready, ReplicaState.Live)]
    public void Next_OneSaysMoreThanTheOther_IsTheOne(object better, object worse)
    {
        var replicas = Of("http://127.0.0.1:1", "http://127.0.0.1:2");
        replicas.Of("ai-gateway")[0].Heard((ReplicaState)worse);
        replicas.Of("ai-gateway")[1].Heard((ReplicaState)better);
        Enumerable.Range(0, 6).Select(_ => replicas.Next("ai-gateway")).ShouldAllBe(r => r == replicas.Of("ai-gateway")[1]);
    }

    [Fact]
    public void Next_EveryReplicaRests_StillAnswersOne()
    {
        var replicas = Of("http://127.0.0.1:1");
        replicas.Refused(replicas.Next("ai-gateway")!);
        replicas.Next("ai-gateway").ShouldNotBeNull();
    }

    [Fact]
    public void Next_ServiceNotDeployed_IsNull() => Of().Next("ai-gateway").ShouldBeNull();

    private Replicas Of(params string[] addresses)
    {
        var settings = addresses.Select(static (a, i) => KeyValuePair.Create($"services:ai-gateway:http:{i}", (string?)a));
        return new Replicas(new FleetAddresses(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()), _time);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
