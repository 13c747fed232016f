namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>Counts the bytes of all request bodies that are held, so that together they stay within <c>gateway.body_memory_bytes</c>. Lock-free.</summary>
internal sealed class BodyMemory
{
    private long _reserved;

    public long Reserved => Volatile.Read(ref _reserved);

    public bool TryReserve(long bytes, long maximum)
    {
        if (Interlocked.Add(ref _reserved, bytes) <= maximum)
            return true;
        Interlocked.Add(ref _reserved, -bytes);
        return false;
    }

    public void Release(long bytes) => Interlocked.Add(ref _reserved, -bytes);
}
