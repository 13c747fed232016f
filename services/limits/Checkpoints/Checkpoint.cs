namespace ThinkWatch.Limits.Checkpoints;

/// <param name="Fields">Names and values in turn, separated by spaces.</param>
internal sealed record KeptCounter(string Key, long LifeMs, string Fields);

/// <summary>A call that was not settled yet, what it held, and until when.</summary>
internal sealed record KeptCall(string Key, string Record, long LeaseUntil);

/// <summary>What the store held of an organisation at one moment.</summary>
/// <param name="TakenAt">By the store's clock, in Unix ms.</param>
/// <param name="Ended">Calls that were settled shortly before: they are in the sums.</param>
internal sealed record Checkpoint(
    Guid OrgId, long Epoch, long TakenAt, IReadOnlyList<string> Ended, IReadOnlyList<KeptCall> UnderWay, IReadOnlyList<KeptCounter> Counters)
{
    /// <summary>How far before a checkpoint calls are looked for that it may not have: clocks differ, and settlements take a moment.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    /// <summary>How far back it knows which calls were settled.</summary>
    public static readonly TimeSpan LookBack = TimeSpan.FromSeconds(15);

    /// <summary>Calls that ended since then may not be in it.</summary>
    public long ReplayFrom => TakenAt - (long)Overlap.TotalMilliseconds;
}
