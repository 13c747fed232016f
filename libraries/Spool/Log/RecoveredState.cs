using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;

namespace ThinkWatch.Spool.Log;

/// <summary>A begun call whose process ended before it completed it.</summary>
internal readonly record struct Orphan(RecordKind Kind, Guid Id, long CreatedAtMs, RecordPlace Started);

/// <summary>Bytes that could not be read, with good records behind them, or a segment whose header is gone (<see cref="Offset"/> 0).</summary>
internal readonly record struct Damage(int Segment, int Offset, int Bytes);

/// <summary>What the log says about the past.</summary>
internal sealed record RecoveredState(
    Guid Producer,
    int NextSegment,
    SortedDictionary<int, Segment> Segments,
    KindQueue[] Queues,
    IReadOnlyList<Orphan> Orphans,
    IReadOnlyList<Damage> Damages);
