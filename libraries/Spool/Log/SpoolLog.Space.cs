using System.Buffers;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;

namespace ThinkWatch.Spool.Log;

/// <summary>What one commit makes durable and what it may delete afterwards.</summary>
internal sealed record Commit(IReadOnlyList<Segment> Dirty, IReadOnlyList<Segment> Finished, bool FolderChanged, TaskCompletionSource Done);

/// <summary>Durability and space: commits, deletion of what is acknowledged, moving what lives on, dropping the oldest.</summary>
internal sealed partial class SpoolLog
{
    private TaskCompletionSource _nextCommit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _folderChanged;

    /// <summary>
    /// What was written until now. Finished segments are chosen here, before the fsync, so that the acknowledgements that finished them
    /// are on the disk when they go.
    /// </summary>
    public Commit BeginCommit()
    {
        lock (_lock)
        {
            MoveLongCalls();
            var done = _nextCommit;
            _nextCommit = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            List<Segment> dirty = [];
            foreach (var segment in _segments.Values)
            {
                if (!segment.IsDirty)
                    continue;
                segment.IsDirty = false;
                dirty.Add(segment);
            }

            var commit = new Commit(dirty, [.. _segments.Values.TakeWhile(s => s != _current && s.IsFinished)], _folderChanged, done);
            _folderChanged = false;
            return commit;
        }
    }

    /// <summary>After the fsync: forgets the finished segments.</summary>
    public void EndCommit(Commit commit)
    {
        lock (_lock)
        {
            foreach (var segment in commit.Finished)
            {
                _segments.Remove(segment.Number);
                Interlocked.Add(ref _bytes, -segment.Length);
            }
        }

        foreach (var segment in commit.Finished)
            segment.Delete();
        commit.Done.TrySetResult();
    }

    /// <summary>The fsync failed: everything is to be synced again.</summary>
    public void FailCommit(Commit commit, Exception cause)
    {
        lock (_lock)
        {
            foreach (var segment in commit.Dirty)
                segment.IsDirty = true;
            _folderChanged |= commit.FolderChanged;
            _fault = true;
        }

        commit.Done.TrySetException(cause);
        // Only callers that wait for the disk look at this task.
        _ = commit.Done.Task.Exception;
    }

    public void PrepareSpare()
    {
        lock (_lock)
        {
            if (_current.Length > _segmentBytes / 2)
                _folder.PrepareSpare();
        }
    }

    public void SyncFolder() => _folder.Sync();

    /// <summary>Gives up every frame that has an event in the oldest segment; to find them, all is cut. Empty when there is only one segment.</summary>
    public IReadOnlyList<CutFrame> DropOldest(List<CutFrame> cut)
    {
        lock (_lock)
        {
            var oldest = _segments.Values.First();
            if (oldest == _current)
                return [];
            Cut(all: true, cut);
            var dropped = _queues
                .SelectMany(static q => q.Frames.Values)
                .Where(f => f.Events.Any(e => e.Final.Segment == oldest.Number || e.Started.Segment == oldest.Number))
                .ToList();
            foreach (var frame in dropped)
                Settle(frame, dropped: true);
            Move(oldest);
            return dropped;
        }
    }

    /// <summary>
    /// A call that streams for minutes would hold back everything written since it began; its record is copied to the end instead, and
    /// recovery takes the later copy.
    /// </summary>
    private void MoveLongCalls()
    {
        if (_segments.Count < 3)
            return;
        var oldest = _segments.Values.First();
        if (oldest.Unacknowledged == 0 && oldest.Live.Count > 0)
            Move(oldest);
    }

    private void Move(Segment segment)
    {
        foreach (var ticket in segment.Live.ToList())
        {
            var bytes = ArrayPool<byte>.Shared.Rent(ticket.Started.Length);
            var payload = bytes.AsSpan(0, ticket.Started.Length);
            segment.Read(ticket.Started.Offset, payload);
            using (var buffer = RecordBuffer.Of(payload))
                ticket.Started = Write(RecordType.Started, ticket.Kind, ticket.Id, ticket.CreatedAtMs, 0, buffer);
            ArrayPool<byte>.Shared.Return(bytes);
            segment.Live.Remove(ticket);
            _segments[ticket.Started.Segment].Live.Add(ticket);
        }
    }
}
