using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Log;

namespace ThinkWatch.Spool;

/// <summary>A call that has begun and is not complete. Held by the caller; its place in the log changes only under the log's lock.</summary>
public sealed class SpoolTicket
{
    /// <summary>Of the calls that a predecessor completed: what it told limits died with it.</summary>
    internal static readonly SpoolTicket OfPredecessor = new(default, default, 0) { _isSettling = true };

    private volatile bool _isSettling;

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

    /// <summary>Limits is being told what the call used, and has not answered yet. Its event then says so whenever it is sent.</summary>
    internal bool IsSettling => _isSettling;

    /// <summary>To be said before the call is complete: the answer may come at any moment.</summary>
    public void Settling() => _isSettling = true;

    /// <summary>Limits answered, or was never asked.</summary>
    public void Settled() => _isSettling = false;
}
