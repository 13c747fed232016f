using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool.Frames;

/// <summary>
/// A frame whose boundaries are in the log and never change. Events may be fewer than the range after damage to the log; ingest then
/// reports the gap.
/// </summary>
internal sealed class CutFrame(RecordKind kind, ulong first, ulong last, int day, EventPlace[] events)
{
    public RecordKind Kind { get; } = kind;

    public ulong First { get; } = first;

    public ulong Last { get; } = last;

    public int Day { get; } = day;

    public EventPlace[] Events { get; } = events;

    /// <summary>An earlier attempt, perhaps of an earlier process, may have reached ingest. Written by the one worker that ships the frame.</summary>
    public bool MayHaveBeenSent { get; set; }

    /// <summary>Whether limits may still answer what this process told it of one of the calls.</summary>
    public bool IsSettling => Events.Any(static e => e.Ticket is { IsSettling: true } ticket && ticket != SpoolTicket.OfPredecessor);

    /// <summary>Acknowledged, refused for good or dropped. Guarded by the log's lock.</summary>
    public bool IsSettled { get; set; }
}
