namespace ThinkWatch.AiGateway.Providers;

/// <summary>
/// Bounds the calls under way to one provider (<c>gateway.max_concurrent_per_provider</c>). As many again may wait, each for a moment at most.
/// Outlives catalog snapshots. Thread-safe.
/// </summary>
internal sealed class UpstreamGate
{
    /// <summary>Longer than that a caller is better off elsewhere.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _underWay;

    public int UnderWay => Volatile.Read(ref _underWay);

    public bool TryEnter(int maximum)
    {
        lock (_gate)
        {
            if (_underWay >= maximum)
                return false;
            _underWay++;
            return true;
        }
    }

    /// <summary>Waits for a place. False: too many wait already, or none became free in time.</summary>
    /// <exception cref="OperationCanceledException">The caller went.</exception>
    public async ValueTask<bool> EnterAsync(int maximum, TimeSpan patience, CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_gate)
        {
            if (_underWay < maximum)
            {
                _underWay++;
                return true;
            }

            if (_waiting.Count >= maximum)
                return false;
            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        try
        {
            await place.Value.Task.WaitAsync(patience, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (!TryGiveUp(place))
            {
                // The place came in the same moment.
                if (exception is TimeoutException)
                    return true;
                Leave();
            }

            if (exception is TimeoutException)
                return false;
            throw;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (_waiting.First is { } next)
            {
                // The place passes on: as many are under way as before.
                _waiting.RemoveFirst();
                next.Value.SetResult();
                return;
            }

            _underWay--;
        }
    }

    private bool TryGiveUp(LinkedListNode<TaskCompletionSource> place)
    {
        lock (_gate)
        {
            if (place.List is null)
                return false;
            _waiting.Remove(place);
            return true;
        }
    }
}
