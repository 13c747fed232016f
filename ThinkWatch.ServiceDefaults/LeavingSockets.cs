using System.Runtime.CompilerServices;

namespace ThinkWatch.ServiceDefaults;

/// <summary>
/// Awaited, it goes on in the pool when it is to leave, and at once when not. A task would not do: one that has ended before it is awaited goes on where it is.
/// </summary>
public readonly record struct LeavingSockets : ICriticalNotifyCompletion
{
    private readonly bool _leaves;

    internal LeavingSockets(bool leaves) => _leaves = leaves;

    public bool IsCompleted => !_leaves;

    public LeavingSockets GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static work => work(), continuation, preferLocal: false);

    public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), continuation, preferLocal: false);
}
