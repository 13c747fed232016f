using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Log;

namespace ThinkWatch.Spool;

/// <summary>A call that has begun and is not complete. Held by the caller; its place in the log changes only under the log's lock.</summary>
public sealed class SpoolTicket
{
    internal SpoolTicket(RecordKind kind, Guid id, long createdAtMs)
    {
        Kind = kind;
        Id = id;
        CreatedAtMs = createdAtMs;
    }

    public RecordKind Kind { get; }

    public Guid Id { get; }

    internal long CreatedAtMs { get; }

    /// <summary>Where the payload of <c>started</c> lies. Guarded by the log's lock.</summary>
    internal RecordPlace Started { get; set; }

    /// <summary>Guarded by the log's lock.</summary>
    internal bool IsComplete { get; set; }
}
