namespace ThinkWatch.Spool;

/// <summary>How the spool is built; fixed for the life of the process. The defaults are what production runs.</summary>
public sealed class SpoolOptions
{
    public required string Directory { get; init; }

    /// <summary>A segment is closed when the next record would pass this size.</summary>
    public int SegmentBytes { get; init; } = 32 << 20;

    public int FrameRecords { get; init; } = 5000;

    public int FrameBytes { get; init; } = 8 << 20;

    public int FramesInFlight { get; init; } = 4;

    /// <summary>How long the first event of a frame waits for more.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>At least this long from one frame of a kind to the next, unless one is full.</summary>
    public TimeSpan FramePause { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan FirstBackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestBackOff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a graceful stop waits for the last acknowledgements; what is left goes out after the next start.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a start waits for a predecessor that still holds the folder.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromSeconds(20);
}
