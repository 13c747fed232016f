namespace ThinkWatch.AiGateway.Routing.Health;

/// <summary>How an attempt ended, as far as its route's health is concerned.</summary>
internal enum AttemptOutcome
{
    Good,

    /// <summary>Network fault, time-out, 5xx, 529.</summary>
    Failed,

    /// <summary>Says nothing about the route: the client went, or its request was refused.</summary>
    Neither,
}

/// <summary>
/// What is known of one route: how fast it begins to answer, how often it fails, and its circuit breaker: closed → open when too many attempts of the
/// window failed → half-open after a rest → closed after <see cref="BreakerPolicy.Probes"/> good probes, or open again after a failed one. While replicas
/// hear of each other, only the one that holds the lease sends probes, so that there is one at a time over all of them.
/// Outlives catalog snapshots. Thread-safe.
/// </summary>
internal sealed class RouteHealth(string key, TimeProvider time)
{
    private const double Alpha = 0.2;

    /// <summary>Who has heard nothing of the other replicas for so long judges alone.</summary>
    private static readonly TimeSpan s_deaf = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly AttemptWindow _window = new();
    private readonly long _born = time.GetTimestamp();
    private BreakerState _state;
    private TimeSpan _openedAt;
    private bool _probing;
    private int _goodProbes;
    private bool _wantsProbe;
    private TimeSpan _askedAt;
    private TimeSpan? _heardAt;
    private TimeSpan _mayProbeUntil;
    private double? _firstTokenMs;
    private HealthReport _unreported;

    public string Key => key;

    public BreakerState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>Exponentially weighted mean of the time to the first byte; null until measured.</summary>
    public double? FirstTokenMs
    {
        get
        {
            lock (_gate)
                return _firstTokenMs;
        }
    }

    private TimeSpan Now => time.GetElapsedTime(_born);

    /// <summary>Good attempts of all in the window, 0 … 1; 1 when there were none.</summary>
    public double SuccessRate(in BreakerPolicy policy)
    {
        lock (_gate)
        {
            var (good, failed) = _window.Count(Now, policy.Window);
            return good + failed == 0 ? 1 : good / (double)(good + failed);
        }
    }

    /// <summary>May a call be sent? <paramref name="isProbe"/>: yes, as the one that tells whether the route is back; it must be followed by <see cref="End"/>.</summary>
    public bool TryEnter(in BreakerPolicy policy, out bool isProbe)
    {
        isProbe = false;
        if (!policy.Enabled)
            return true;
        lock (_gate)
        {
            if (_state == BreakerState.Closed)
                return true;
            if (_state == BreakerState.Open && Now - _openedAt >= policy.Rest)
                (_state, _goodProbes, _probing) = (BreakerState.HalfOpen, 0, false);
            if (_state == BreakerState.Open || _probing || !MayProbe())
                return false;
            isProbe = _probing = true;
            return true;
        }
    }

    public void End(in BreakerPolicy policy, AttemptOutcome outcome, double firstTokenMs, bool isProbe)
    {
        lock (_gate)
        {
            if (isProbe)
                _probing = false;
            if (outcome == AttemptOutcome.Neither)
                return;
            var failed = outcome == AttemptOutcome.Failed;
            _window.Add(Now, policy.Window, failed);
            _unreported = _unreported.With(failed, isProbe);
            if (!failed && firstTokenMs > 0)
                _firstTokenMs = _firstTokenMs is { } mean ? mean + (Alpha * (firstTokenMs - mean)) : firstTokenMs;
            if (policy.Enabled)
                Judge(policy, failed, isProbe);
        }
    }

    /// <summary>What has happened since the last call of this, for the other replicas.</summary>
    public HealthReport TakeReport()
    {
        lock (_gate)
        {
            var report = _unreported with { WantsProbe = _state != BreakerState.Closed && (_wantsProbe || _probing || _unreported.GoodProbes > 0) };
            _unreported = default;
            _wantsProbe = false;
            _askedAt = Now;
            return report;
        }
    }

    /// <summary>Takes over what all replicas together know.</summary>
    /// <param name="openFor">How long it has been open.</param>
    /// <param name="lease">For how long from the last report on this replica is the one that probes; zero: it is not.</param>
    public void Adopt(BreakerState shared, TimeSpan openFor, TimeSpan lease)
    {
        lock (_gate)
        {
            _heardAt = Now;
            _mayProbeUntil = lease > TimeSpan.Zero ? _askedAt + lease : TimeSpan.Zero;
            if (shared == BreakerState.Closed && _state != BreakerState.Closed)
                Close();
            else if (shared == BreakerState.Open && _state != BreakerState.Open)
                Open(Now - openFor);
            else if (shared == BreakerState.HalfOpen && _state == BreakerState.Closed)
                (_state, _goodProbes, _probing) = (BreakerState.HalfOpen, 0, false);
        }
    }

    private bool MayProbe()
    {
        if (_heardAt is not { } heardAt || Now - heardAt >= s_deaf || Now < _mayProbeUntil)
            return true;
        _wantsProbe = true;
        return false;
    }

    private void Judge(in BreakerPolicy policy, bool failed, bool isProbe)
    {
        if (isProbe && _state == BreakerState.HalfOpen)
        {
            if (failed)
                Open(Now);
            else if (++_goodProbes >= BreakerPolicy.Probes)
                Close();
        }
        else if (failed && _state == BreakerState.Closed)
        {
            var (good, bad) = _window.Count(Now, policy.Window);
            if (good + bad >= policy.MinSamples && bad * 100 >= policy.ErrorPercent * (good + bad))
                Open(Now);
        }
    }

    private void Open(TimeSpan since) => (_state, _openedAt, _probing, _goodProbes) = (BreakerState.Open, since, false, 0);

    private void Close()
    {
        _window.Clear();
        (_state, _probing, _goodProbes) = (BreakerState.Closed, false, 0);
    }
}

/// <summary>Attempts that the other replicas do not know of yet.</summary>
/// <param name="WantsProbe">A call would have been the probe, or is.</param>
internal readonly record struct HealthReport(int Good, int Failed, int GoodProbes, int FailedProbes, bool WantsProbe = false)
{
    public bool IsEmpty => this == default;

    public HealthReport With(bool failed, bool isProbe) => this with
    {
        Good = Good + (failed ? 0 : 1),
        Failed = Failed + (failed ? 1 : 0),
        GoodProbes = GoodProbes + (isProbe && !failed ? 1 : 0),
        FailedProbes = FailedProbes + (isProbe && failed ? 1 : 0),
    };
}
