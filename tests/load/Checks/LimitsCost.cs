using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Fleet;
using ThinkWatch.Pipeline;

namespace ThinkWatch.Load.Checks;

/// <summary>
/// What checks and settlements under eight limits cost in limits and in Redis, and how long they take: at a steady 5,000 a second, then as fast as 32 callers
/// can. Sent as a gateway sends them, those of concurrent calls together. Beside them an empty message to the same service; then the script alone.
/// </summary>
internal static class LimitsCost
{
    private const int Rate = 5000;
    private const int Callers = 32;
    private const double Seconds = 6;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var fleet = await FleetProcess.StartAsync(cancellationToken: cancellationToken);
        using var admin = await Administrator.SetUpAsync(fleet, cancellationToken);
        await using var wires = new FleetWires(fleet);
        var caller = await LimitedCaller.OfAsync(admin, cancellationToken);
        await using var bench = new Bench(fleet, wires, caller);
        await bench.StartAsync(cancellationToken);
        Console.WriteLine($"{"",-34}{"calls/s",9}{"p50 ms",9}{"p99 ms",9}{"limits µs",11}{"redis µs",10}{"driver µs",11}{"paused ms",11}{"failed",8}");
        await bench.IdleAsync(cancellationToken);
        for (var round = 0; round < 3; round++) // the first two warm up
            await bench.EmptyAsync(print: round == 2, cancellationToken);
        var warmUps = 5; // the compiler needs half a minute of load to be done with limits and Redis; what is new in the other sets is less
        foreach (var rules in RuleSet.All)
        {
            await caller.PutUnderAsync(rules, cancellationToken);
            for (; warmUps > 0; warmUps--)
                await bench.RunAsync(rules, print: false, cancellationToken);
            warmUps = 1;
            await bench.RunAsync(rules, print: true, cancellationToken);
        }

        await bench.EmptyAsync(print: true, cancellationToken);
        await ScriptCost.RunAsync(wires.Redis, fleet.ProcessesOf("redis"), cancellationToken);
    }

    private sealed class Bench(FleetProcess fleet, FleetWires wires, LimitedCaller caller) : IAsyncDisposable
    {
        private readonly Driver _driver = new();
        private readonly Guid[] _ids = new Guid[(int)(Rate * Seconds)];
        private readonly CheckBatcher _batcher = new(wires.Limits);
        private readonly Settlements _settlements = new(wires.Limits, NullLogger<Settlements>.Instance);
        private readonly IReadOnlyList<int> _limits = fleet.ProcessesOf("limits");
        private readonly IReadOnlyList<int> _redis = fleet.ProcessesOf("redis");

        public Task StartAsync(CancellationToken cancellationToken) => _settlements.StartAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _settlements.StopAsync(CancellationToken.None);
            _settlements.Dispose();
        }

        public async Task IdleAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
            var before = Cpu();
            await Task.Delay(TimeSpan.FromSeconds(Seconds), cancellationToken);
            var after = Cpu();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"at rest, µs of CPU a second: limits {(after.Limits - before.Limits) / Seconds * 1e6:F0}, redis {(after.Redis - before.Redis) / Seconds * 1e6:F0}"));
        }

        public async Task EmptyAsync(bool print, CancellationToken cancellationToken)
        {
            await MeasureAsync("empty message", print, () => _driver.OpenLoopAsync(Rate, Seconds, _ => EmptyAsync(), cancellationToken));
            await MeasureAsync($"empty message, {Callers} callers", print, () => _driver.ClosedLoopAsync(Callers, Seconds / 2, _ => EmptyAsync()));
        }

        public async Task RunAsync(RuleSet rules, bool print, CancellationToken cancellationToken)
        {
            for (var i = 0; i < _ids.Length; i++) _ids[i] = Guid.CreateVersion7();
            await MeasureAsync(rules.Name, print, () => _driver.OpenLoopAsync(Rate, Seconds, call => CheckAsync(caller.Check(_ids[call])), cancellationToken));
            if (rules.Reserves)
                await MeasureAsync("  settled", print, () => _driver.OpenLoopAsync(Rate, Seconds, call => SettleAsync(caller.Check(_ids[call])), cancellationToken));
            await MeasureAsync($"  {Callers} callers{(rules.Reserves ? ", check and settle" : "")}", print, () => _driver.ClosedLoopAsync(Callers, Seconds / 2, _ => CallAsync(rules)));
        }

        private async Task CallAsync(RuleSet rules)
        {
            var check = caller.Check(Guid.CreateVersion7());
            await CheckAsync(check);
            if (rules.Reserves) await SettleAsync(check);
        }

        private async Task CheckAsync(CheckRequest check)
        {
            var reply = await _batcher.CheckAsync(check, DateTime.UtcNow + s_deadline);
            if (!reply.Allowed) throw new InvalidOperationException("A limit that is wide enough refused.");
        }

        private Task SettleAsync(CheckRequest check)
        {
            var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_settlements.TryEnqueue(LimitedCaller.Settlement(check), settled.SetResult)) throw new InvalidOperationException("Limits cannot keep up.");
            return settled.Task.WaitAsync(s_deadline);
        }

        private async Task EmptyAsync() => await wires.Limits.CheckAsync(new CheckBatch(), deadline: DateTime.UtcNow + s_deadline);

        private async Task MeasureAsync(string name, bool print, Func<Task<Driven>> driveAsync)
        {
            var before = Cpu();
            var began = TimeProvider.System.GetTimestamp();
            var driven = await driveAsync();
            var after = Cpu();
            if (!print) return;
            var perCall = 1e6 / (driven.PerSecond * TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-34}{driven.PerSecond,9:F0}{driven.P50Ms,9:F2}{driven.P99Ms,9:F2}{(after.Limits - before.Limits) * perCall,11:F1}{(after.Redis - before.Redis) * perCall,10:F1}{(after.Own - before.Own) * perCall,11:F1}{driven.PausedMs,11:F0}{driven.Failed,8}"));
        }

        private (double Limits, double Redis, double Own) Cpu() =>
            (ProcessMeter.ExactCpuSeconds(_limits), ProcessMeter.ExactCpuSeconds(_redis), ProcessMeter.ExactCpuSeconds([Environment.ProcessId]));
    }
}
