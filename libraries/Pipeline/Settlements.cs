using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline;

/// <summary>
/// Tells limits what calls really used, after the caller has its answer; what ends while a message is on its way leaves with the next. Bounded: when it is
/// full, and from the moment when limits does not answer, the call's row says <c>settled: false</c> and audit-ingest settles instead; so it does for what had no
/// answer yet when this process died. Many writers, one sending loop; drained at stop.
/// </summary>
public sealed partial class Settlements(Limits.LimitsClient limits, ILogger<Settlements> log) : BackgroundService
{
    private const int Capacity = 8192;
    private const int LargestBatch = 256;

    /// <summary>Some eight minutes: for less than that limits knows a repeat.</summary>
    private const int Attempts = 100;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(3);

    private readonly Channel<(SettleRequest Request, Action? Settled)> _queue = Channel.CreateBounded<(SettleRequest, Action?)>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    /// <summary>Limits did not answer the last time: what is only in memory here would be lost with this process.</summary>
    private volatile bool _isAway;

    /// <summary>False: the caller leaves it to audit-ingest.</summary>
    /// <param name="request">What was used.</param>
    /// <param name="settled">Called once limits has answered; never when it does not.</param>
    public bool TryEnqueue(SettleRequest request, Action? settled = null) => !_isAway && _queue.Writer.TryWrite((request, settled));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        if (ExecuteTask is { } sending)
            await sending.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ended = new List<Action>();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
        {
            ended.Clear();
            if (await TrySendAsync(Take(ended), stoppingToken).ConfigureAwait(false))
                ended.ForEach(static settled => settled());
        }
    }

    private SettleBatch Take(List<Action> ended)
    {
        var batch = new SettleBatch();
        while (batch.Settlements.Count < LargestBatch && _queue.Reader.TryRead(out var next))
        {
            batch.Settlements.Add(next.Request);
            if (next.Settled is { } settled)
                ended.Add(settled);
        }

        return batch;
    }

    private async Task<bool> TrySendAsync(SettleBatch batch, CancellationToken stoppingToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await limits.SettleAllAsync(batch, deadline: DateTime.UtcNow + s_deadline, cancellationToken: stoppingToken).ConfigureAwait(false);
                _isAway = false;
                return true;
            }
            catch (RpcException exception) when (attempt >= Attempts || stoppingToken.IsCancellationRequested)
            {
                _isAway = false;
                foreach (var request in batch.Settlements)
                    NotSettled(request.RequestId, exception.StatusCode);
                return false;
            }
            catch (RpcException)
            {
                _isAway = true;
                var wait = TimeSpan.FromMilliseconds(100 << Math.Min(attempt, 8));
                await Task.Delay(wait < s_longestWait ? wait : s_longestWait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(311, LogLevel.Warning, "Call {RequestId} could not be settled ({Status}); audit-ingest does it by its row, or its reservation ends with its lease")]
    private partial void NotSettled(string requestId, StatusCode status);
}
