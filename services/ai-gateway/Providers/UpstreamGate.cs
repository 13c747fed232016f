namespace ThinkWatch.AiGateway.Providers;

/// <summary>Bounds the calls under way to one provider (<c>gateway.max_concurrent_per_provider</c>). Outlives catalog snapshots. Lock-free.</summary>
internal sealed class UpstreamGate
{
    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    public bool TryEnter(int maximum)
    {
        if (Interlocked.Increment(ref _underWay) <= maximum)
            return true;
        Interlocked.Decrement(ref _underWay);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _underWay);
}
