using Google.Protobuf;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool;

/// <summary>
/// The one door through which a producer's audit events leave the process. A call is written twice: <c>started</c> before it goes
/// upstream, <c>completed</c> after; the event is the concatenation of both messages' bytes. What a method has accepted survives kill -9.
/// Safe for any number of callers; no method blocks on anything but one <c>write()</c> to the page cache.
/// </summary>
public interface IAuditSpool
{
    /// <summary>False: the spool is full or its disk fails; refuse new calls with 503 <c>audit_unavailable</c>.</summary>
    bool Accepting { get; }

    /// <summary>Bytes on disk, acknowledged segments excluded.</summary>
    long Bytes { get; }

    /// <summary>Identifies this producer in frames; lives as long as the spool folder.</summary>
    string ProducerId { get; }

    /// <summary>
    /// Writes <paramref name="started"/> (it must hold id, org_id and created_at_ms). Null: not accepted, do not make the call.
    /// Completes synchronously unless <c>audit.durability=fsync</c>, which waits for the disk. The message may be reused afterwards.
    /// </summary>
    ValueTask<SpoolTicket?> BeginAsync(
        RecordKind kind, Guid id, DateTimeOffset createdAt, IMessage started, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the rest of a begun call: the fields that <c>started</c> did not have or that replace its own (repeated fields append).
    /// Never refused; a second call for the same ticket is ignored, so abort and finish may race.
    /// </summary>
    void Complete(SpoolTicket ticket, IMessage completed);

    /// <summary>Writes an event that never was a call upstream: a denial, a limit hit, a cache hit, a platform event. False: not accepted.</summary>
    bool TryAppend(RecordKind kind, Guid id, DateTimeOffset createdAt, IMessage record);
}
