namespace ThinkWatch.AiGateway.Routing.Health;

/// <summary>Attempts of the last while, in twelve buckets. Not thread-safe.</summary>
internal sealed class AttemptWindow
{
    private const int Buckets = 12;

    private readonly long[] _numbers = new long[Buckets];
    private readonly int[] _good = new int[Buckets];
    private readonly int[] _failed = new int[Buckets];

    public void Add(TimeSpan now, TimeSpan window, bool failed)
    {
        var number = Number(now, window);
        var slot = (int)(number % Buckets);
        if (_numbers[slot] != number)
        {
            _numbers[slot] = number;
            _good[slot] = _failed[slot] = 0;
        }

        if (failed)
            _failed[slot]++;
        else
            _good[slot]++;
    }

    public (int Good, int Failed) Count(TimeSpan now, TimeSpan window)
    {
        var newest = Number(now, window);
        int good = 0, failed = 0;
        for (var slot = 0; slot < Buckets; slot++)
        {
            if (_numbers[slot] <= newest - Buckets)
                continue;
            good += _good[slot];
            failed += _failed[slot];
        }

        return (good, failed);
    }

    public void Clear()
    {
        Array.Clear(_good);
        Array.Clear(_failed);
    }

    // From 1, so that a bucket that was never used is always too old.
    private static long Number(TimeSpan now, TimeSpan window) => (now.Ticks / Math.Max(1, window.Ticks / Buckets)) + Buckets + 1;
}
