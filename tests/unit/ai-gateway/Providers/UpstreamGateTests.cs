using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Tests.Providers;

public sealed class UpstreamGateTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Enter_WhenFull_WaitsForAPlace()
    {
        var gate = new UpstreamGate();
        gate.TryEnter(1).ShouldBeTrue();
        gate.TryEnter(1).ShouldBeFalse();
        var waiting = gate.EnterAsync(1, s_long, CancellationToken.None).AsTask();
        waiting.IsCompleted.ShouldBeFalse();
        gate.Leave();
        (await waiting).ShouldBeTrue();
        gate.UnderWay.ShouldBe(1);
    }

    [Fact]
    public async Task Enter_WhenAsManyWait_IsRefusedAtOnce()
    {
        var gate = new UpstreamGate();
        gate.TryEnter(1).ShouldBeTrue();
        var waiting = gate.EnterAsync(1, s_long, CancellationToken.None).AsTask();
        (await gate.EnterAsync(1, s_long, CancellationToken.None)).ShouldBeFalse();
        gate.Leave();
        (await waiting).ShouldBeTrue();
    }

    [Fact]
    public async Task Enter_WhenPatienceOrTheCallerGoes_LeavesNoTrace()
    {
        var gate = new UpstreamGate();
        gate.TryEnter(1).ShouldBeTrue();
        (await gate.EnterAsync(1, TimeSpan.FromMilliseconds(1), CancellationToken.None)).ShouldBeFalse();
        using var gone = new CancellationTokenSource();
        var waiting = gate.EnterAsync(1, s_long, gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        gate.Leave();
        gate.UnderWay.ShouldBe(0);
        gate.TryEnter(1).ShouldBeTrue();
    }
}
