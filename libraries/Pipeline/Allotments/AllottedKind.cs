using Google.Protobuf.Collections;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline.Allotments;

/// <summary>
/// The allotments of one kind of calls: the one that is being used and the next, and those used up until they are swept. Asks for the next while the first
/// still lasts, so that at a steady rate no call waits. Thread-safe.
/// </summary>
/// <param name="like">One of the calls: what is no id (teams, roles, candidates) must not have changed since.</param>
internal sealed class AllottedKind(CheckRequest like, TimeProvider time)
{
    public const int Largest = 256;

    /// <summary>What comes more slowly is checked call by call.</summary>
    public const int Smallest = 4;

    /// <summary>A changed rule is obeyed that much later at most.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMilliseconds(250);

    /// <summary>How much of a life an allotment is meant for.</summary>
    private const double Usable = 0.8;

    private readonly Lock _gate = new();
    private readonly Queue<Allotment> _allotments = new(2);
    private readonly long _life = (long)(Life.TotalSeconds * time.TimestampFrequency);
    private long _callsSince = time.GetTimestamp();
    private int _calls;
    private int _lowMark;
    private long _pausedUntil;
    private bool _isAsking;
    private bool _isRetired;

    public CheckRequest Like => like;

    public bool IsLike(CheckRequest request) =>
        IsSame(request.TeamIds, like.TeamIds) && IsSame(request.RoleIds, like.RoleIds) && request.OrgId == like.OrgId && KnowsCandidates(request);

    /// <summary>Takes a call; null when there is none. <paramref name="ask"/> is how many more are wanted now; 0: none, or somebody is asking already.</summary>
    public CheckReply? TryTake(out int ask)
    {
        lock (_gate)
        {
            _calls++;
            var now = time.GetTimestamp();
            CheckReply? reply = null;
            var left = 0;
            foreach (var allotment in _allotments)
            {
                if (now >= allotment.Until)
                    continue;
                if (reply is null && allotment.Left > 0)
                    reply = allotment.Take();
                left += allotment.Left;
            }

            ask = left <= _lowMark ? Ask(now) : 0;
            return reply;
        }
    }

    /// <returns>False: it came too late to be used.</returns>
    public bool Add(Allotment allotment)
    {
        lock (_gate)
        {
            _isAsking = false;
            if (_isRetired || time.GetTimestamp() >= allotment.Until)
                return false;
            _lowMark = allotment.Left / 4;
            _allotments.Enqueue(allotment);
            return true;
        }
    }

    /// <summary>There are none to be had: calls are checked one by one for a while.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _isAsking = false;
            _pausedUntil = time.GetTimestamp() + _life;
        }
    }

    /// <summary>Lets go of what has run out. False: nobody has called for some lives, or all of it is to end; nothing is added any more.</summary>
    public bool Sweep(bool all, List<Unused> unused)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            while (_allotments.TryPeek(out var first) && (all || now >= first.Until || first.Left == 0))
            {
                _allotments.Dequeue();
                if (first is { Left: > 0, IsCounted: true })
                    unused.Add(new Unused(first.Id, like.OrgId, first.Left));
            }

            _isRetired = all || (_allotments.Count == 0 && !_isAsking && now - _callsSince > 8 * _life && _calls == 0);
            if (now - _callsSince > 8 * _life)
                (_calls, _callsSince) = (0, now);
            return !_isRetired;
        }
    }

    /// <summary>As many as will come, judged by those that came since the last time.</summary>
    private int Ask(long now)
    {
        if (_isAsking || _isRetired || now < _pausedUntil)
            return 0;
        var elapsed = now - _callsSince;
        if (_calls < Smallest || elapsed <= 0)
            return 0;
        var wanted = (int)Math.Min(Largest, _calls * Usable * _life / elapsed);
        (_calls, _callsSince) = (0, now);
        if (wanted < Smallest)
            return 0;
        _isAsking = true;
        return wanted;
    }

    private bool KnowsCandidates(CheckRequest request)
    {
        foreach (var candidate in request.Candidates)
        {
            if (!like.Candidates.Contains(candidate))
                return false;
        }

        return true;
    }

    private static bool IsSame(RepeatedField<string> one, RepeatedField<string> other)
    {
        if (one.Count != other.Count)
            return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (one[i] != other[i])
                return false;
        }

        return true;
    }
}
