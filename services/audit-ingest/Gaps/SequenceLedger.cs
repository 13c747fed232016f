using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest.Gaps;

internal readonly record struct Producer(string Id, RecordKind Kind);

/// <summary>The trackers of all producers. Written by the intake, read by the watcher; one short lock.</summary>
internal sealed class SequenceLedger(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Producer, SequenceTracker> _trackers = [];
    private readonly List<(Producer Producer, SequenceRange Range, ulong Missing)> _thin = [];

    public void Received(Frame frame)
    {
        var range = new SequenceRange(frame.FirstSequence, frame.LastSequence);
        var producer = new Producer(frame.ProducerId, frame.Kind);
        lock (_lock)
        {
            Tracker(producer).Receive(range, Now());
            // The producer's log was damaged after it had cut the frame.
            if ((ulong)frame.Records.Count < range.Count)
                _thin.Add((producer, range, range.Count - (ulong)frame.Records.Count));
        }
    }

    public void Settle(Producer producer, ulong next)
    {
        lock (_lock)
            Tracker(producer).AdvanceTo(next);
    }

    public IReadOnlyList<(Producer Producer, SequenceRange Hole)> OldHoles(TimeSpan age)
    {
        lock (_lock)
        {
            var before = Now() - (long)age.TotalMilliseconds;
            return [.. _trackers
                .Select(t => (t.Key, Hole: t.Value.OldHole(before)))
                .Where(static t => t.Hole is not null)
                .Select(static t => (t.Key, t.Hole!.Value))];
        }
    }

    /// <summary>Frames that held fewer records than numbers, since the last call.</summary>
    public IReadOnlyList<(Producer Producer, SequenceRange Range, ulong Missing)> TakeThinFrames()
    {
        lock (_lock)
        {
            var thin = _thin.ToList();
            _thin.Clear();
            return thin;
        }
    }

    /// <summary>What moved since the last call.</summary>
    public IReadOnlyList<(Producer Producer, ulong Next)> TakeProgress()
    {
        lock (_lock)
        {
            var moved = _trackers.Where(static t => t.Value.IsDirty).ToList();
            foreach (var (_, tracker) in moved)
                tracker.IsDirty = false;
            return [.. moved.Select(static t => (t.Key, t.Value.Next))];
        }
    }

    private SequenceTracker Tracker(Producer producer)
    {
        if (!_trackers.TryGetValue(producer, out var tracker))
            _trackers.Add(producer, tracker = new SequenceTracker());
        return tracker;
    }

    private long Now() => time.GetTimestamp() / (time.TimestampFrequency / 1000);
}
