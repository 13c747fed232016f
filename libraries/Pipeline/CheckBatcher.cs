using Grpc.Core;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline;

/// <summary>
/// Sends the checks of concurrent calls together. A check that finds none on the way leaves at once, so at low load nobody waits; at high load those that
/// come while others are on the way leave with the next batch. Every check ends by its own deadline: it came after those before it left. Thread-safe.
/// </summary>
internal sealed class CheckBatcher(Limits.LimitsClient limits)
{
    private const int LargestBatch = 256;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _sending;

    /// <exception cref="RpcException">Nothing was decided.</exception>
    public Task<CheckReply> CheckAsync(CheckRequest request, DateTime deadline)
    {
        var waiting = new Waiting(request, deadline);
        lock (_gate)
        {
            _waiting.Enqueue(waiting);
            if (_sending)
                return waiting.Task;
            _sending = true;
        }

        // Behind whatever else is ready to run: on a busy machine other calls get to their checks first and join, on an idle one nothing is in between.
        ThreadPool.UnsafeQueueUserWorkItem(static batcher => _ = batcher.SendAllAsync(), this, preferLocal: false);
        return waiting.Task;
    }

    /// <summary>Sends until nobody waits. Never throws: a batch that fails tells its checks.</summary>
    private async Task SendAllAsync()
    {
        var batch = new List<Waiting>();
        while (TryTake(batch))
        {
            await SendAsync(batch).ConfigureAwait(false);
            batch.Clear();
        }
    }

    private bool TryTake(List<Waiting> batch)
    {
        lock (_gate)
        {
            while (batch.Count < LargestBatch && _waiting.TryDequeue(out var next))
                batch.Add(next);
            if (batch.Count == 0)
                _sending = false;
        }

        return batch.Count > 0;
    }

    private async Task SendAsync(List<Waiting> batch)
    {
        try
        {
            var message = new CheckBatch();
            foreach (var waiting in batch)
                message.Checks.Add(waiting.Request);

            // The first has waited longest: what is in time for it is in time for all.
            var answer = await limits.CheckAsync(message, deadline: batch[0].Deadline).ConfigureAwait(false);
            if (answer.Replies.Count != batch.Count)
                throw new RpcException(new Status(StatusCode.Internal, "limits answered another number of checks"));
            for (var i = 0; i < batch.Count; i++)
                batch[i].SetResult(answer.Replies[i]);
        }
        catch (RpcException exception)
        {
            foreach (var waiting in batch)
                waiting.SetException(exception);
        }
    }

    /// <summary>Continuations run on their own: one call's work must not hold up the next one's answer.</summary>
    private sealed class Waiting(CheckRequest request, DateTime deadline) : TaskCompletionSource<CheckReply>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public CheckRequest Request => request;

        public DateTime Deadline => deadline;
    }
}
