using Microsoft.Extensions.Logging;
using ThinkWatch.Spool.Frames;
using ThinkWatch.Spool.Log;

namespace ThinkWatch.Spool.Shipping;

/// <summary>
/// The spool's own thread, for fsync blocks. Every commit interval: cut what is due, fsync, hand over the frames whose boundaries and
/// events are now durable, delete what is acknowledged, keep within the size. A frame is never sent before it is on the disk: after a
/// power cut its sequence numbers would be given to other events, and deduplication would swallow those.
/// </summary>
internal sealed partial class Committer(
    SpoolLog log, Func<SpoolPolicy> policy, Action<CutFrame> publish, Action<IReadOnlyList<CutFrame>> onDropped, ILogger logger)
{
    private readonly List<CutFrame> _cut = [];
    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;
    private volatile bool _drain;
    private bool _wasFaulty;

    public SpoolPolicy Policy { get; private set; } = policy();

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "audit-spool" };
        _thread.Start();
    }

    /// <summary>From now on nothing waits for company.</summary>
    public void Drain() => _drain = true;

    /// <summary>Ends after one more commit.</summary>
    public void Stop()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        bool isLast;
        do
        {
            isLast = _stop.Wait(Policy.CommitInterval);
            try
            {
                Policy = policy();
                Pass();
                Recovered();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The disk is full or failing: new calls are refused until a whole pass succeeds.
                log.SetFault(true);
                if (!_wasFaulty)
                    Faulty(fault.Message);
                _wasFaulty = true;
            }
        }
        while (!isLast);
    }

    private void Pass()
    {
        var headroom = log.FitSegments(Policy.MaxBytes);
        log.RetryLate();
        log.Cut(_drain, _cut);
        Flush();
        foreach (var frame in _cut)
            publish(frame);
        _cut.Clear();
        log.PrepareSpare();
        while (Policy.DropWhenFull && log.Bytes > Policy.MaxBytes - headroom && log.DropOldest(_cut) is { Count: > 0 } dropped)
        {
            onDropped(dropped);
            Flush();
        }
    }

    private void Flush()
    {
        var commit = log.BeginCommit();
        try
        {
            foreach (var segment in commit.Dirty)
                segment.Flush();
            if (commit.FolderChanged)
                log.SyncFolder();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.FailCommit(commit, fault);
            throw;
        }

        log.EndCommit(commit);
    }

    private void Recovered()
    {
        log.SetFault(false);
        if (_wasFaulty)
            Healthy();
        _wasFaulty = false;
    }

    [LoggerMessage(200, LogLevel.Error, "The audit spool cannot write, new calls are refused: {Reason}")]
    private partial void Faulty(string reason);

    [LoggerMessage(201, LogLevel.Information, "The audit spool writes again")]
    private partial void Healthy();
}
