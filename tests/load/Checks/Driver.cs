using System.Collections.Concurrent;
using System.Diagnostics;

namespace ThinkWatch.Load.Checks;

/// <summary>What came of calls: how many a second, and how long each took.</summary>
internal sealed record Driven(double PerSecond, double P50Ms, double P99Ms, int Failed)
{
    public static Driven Of(ConcurrentBag<double> tookMs, int failed, double seconds)
    {
        var sorted = tookMs.Order().ToArray();
        return new Driven(sorted.Length / seconds, At(0.50), At(0.99), failed);

        double At(double part) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
    }
}

/// <summary>Makes calls of one kind from this process.</summary>
internal static class Driver
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Starts calls at a steady rate, each millisecond those that are due, whatever becomes of the others.</summary>
    public static async Task<Driven> OpenLoopAsync(int perSecond, double seconds, Func<int, Task> callAsync, CancellationToken cancellationToken)
    {
        var took = new ConcurrentBag<double>();
        var (failed, all) = (0, (int)(perSecond * seconds));
        var calls = new List<Task>(all);
        var began = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(Start, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(calls);
        return Driven.Of(took, failed, Stopwatch.GetElapsedTime(began).TotalSeconds);

        void Start()
        {
            while (calls.Count < all)
            {
                var due = Math.Min(all, (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond));
                while (calls.Count < due) calls.Add(TimedAsync(callAsync, calls.Count, took, () => Interlocked.Increment(ref failed)));
                Thread.Sleep(s_tick);
            }
        }
    }

    /// <summary>Some callers, each of which makes its next call when it has the answer to the last.</summary>
    public static async Task<Driven> ClosedLoopAsync(int callers, double seconds, Func<int, Task> callAsync)
    {
        var took = new ConcurrentBag<double>();
        var failed = 0;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds) await TimedAsync(callAsync, caller, took, () => Interlocked.Increment(ref failed));
        })));
        return Driven.Of(took, failed, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task TimedAsync(Func<int, Task> callAsync, int call, ConcurrentBag<double> tookMs, Action fail)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await callAsync(call);
            tookMs.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or InvalidOperationException)
        {
            fail();
        }
    }
}
