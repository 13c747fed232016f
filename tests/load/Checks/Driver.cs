using System.Diagnostics;

namespace ThinkWatch.Load.Checks;

/// <summary>What came of calls: how many a second, how long each took, and how long the driver itself stood still for its garbage collector.</summary>
internal sealed record Driven(double PerSecond, double P50Ms, double P99Ms, int Failed, double PausedMs);

/// <summary>
/// Makes calls of one kind from this process. It keeps no more of a call than how long it took: a driver that holds on to its calls stops for tens of
/// milliseconds at a time to collect garbage, and measures that.
/// </summary>
internal sealed class Driver
{
    private const int MostCalls = 400_000;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);
    private readonly float[] _tookMs = new float[MostCalls];
    private int _answered;
    private int _failed;

    /// <summary>Starts calls at a steady rate, each millisecond those that are due, whatever becomes of the others.</summary>
    public async Task<Driven> OpenLoopAsync(int perSecond, double seconds, Func<int, Task> callAsync, CancellationToken cancellationToken)
    {
        var all = (int)(perSecond * seconds);
        var (began, paused) = Begin();
        var open = all;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.Factory.StartNew(Start, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await ended.Task.WaitAsync(cancellationToken);
        return End(began, paused);

        void Start()
        {
            for (var started = 0; started < all;)
            {
                var due = Math.Min(all, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond));
                while (started < due) _ = CountedAsync(started++);
                Thread.Sleep(s_tick);
            }
        }

        async Task CountedAsync(int call)
        {
            await TimedAsync(callAsync, call);
            if (Interlocked.Decrement(ref open) == 0) ended.SetResult();
        }
    }

    /// <summary>Some callers, each of which makes its next call when it has the answer to the last.</summary>
    public async Task<Driven> ClosedLoopAsync(int callers, double seconds, Func<int, Task> callAsync)
    {
        var (began, paused) = Begin();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds) await TimedAsync(callAsync, caller);
        })));
        return End(began, paused);
    }

    private (long Began, TimeSpan Paused) Begin()
    {
        (_answered, _failed) = (0, 0);
        GC.Collect();
        return (Stopwatch.GetTimestamp(), GC.GetTotalPauseDuration());
    }

    private Driven End(long began, TimeSpan paused)
    {
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var pausedMs = (GC.GetTotalPauseDuration() - paused).TotalMilliseconds;
        var took = _tookMs.AsSpan(0, Math.Min(_answered, MostCalls));
        took.Sort();
        return new Driven(_answered / seconds, At(took, 0.50), At(took, 0.99), _failed, pausedMs);

        static double At(ReadOnlySpan<float> sorted, double part) => sorted.IsEmpty ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }

    private async Task TimedAsync(Func<int, Task> callAsync, int call)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await callAsync(call);
            var answered = Interlocked.Increment(ref _answered);
            if (answered <= MostCalls) _tookMs[answered - 1] = (float)Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or InvalidOperationException or TimeoutException)
        {
            Interlocked.Increment(ref _failed);
        }
    }
}
