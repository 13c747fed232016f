namespace ThinkWatch.Spool;

/// <summary>What an operator may change while the spool runs; read afresh at every commit.</summary>
/// <param name="CommitInterval">Between two fsyncs (<c>audit.spool_commit_ms</c>).</param>
/// <param name="WaitForDisk">A call begins only when its record is on the disk (<c>audit.durability=fsync</c>).</param>
/// <param name="MaxBytes">From here on the spool is full (<c>audit.spool_max_bytes</c>).</param>
/// <param name="DropWhenFull">Forget the oldest events instead of refusing new calls (<c>audit.when_full=drop</c>).</param>
public sealed record SpoolPolicy(TimeSpan CommitInterval, bool WaitForDisk, long MaxBytes, bool DropWhenFull)
{
    public static SpoolPolicy Default { get; } = new(TimeSpan.FromMilliseconds(20), WaitForDisk: false, 4L << 30, DropWhenFull: false);
}
