using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Limits;

namespace ThinkWatch.Pipeline;

/// <summary>
/// Tells limits what calls really used, after the caller has its answer. Bounded: when it is full, and from the moment when limits does not answer, the call's
/// row says <c>settled: false</c> and audit-ingest settles instead; so it does for what had no answer yet when this process died. Many writers, a few sending loops; drained at stop.
/// </summary>
public sealed partial class Settlements(Limits.LimitsClient limits, ILogger<Settlements> log) : BackgroundService
{
    private const int Capacity = 8192;
    private const int Senders = 4;

    /// <summary>Some eight minutes: for less than that limits knows a repeat.</summary>
    private const int Attempts = 100;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(3);

    private readonly Channel<(SettleRequest Request, Action? Settled)> _queue = Channel.CreateBounded<(SettleRequest, Action?)>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait });

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

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var senders = new Task[Senders];
        for (var i = 0; i < senders.Length; i++)
            senders[i] = SendAllAsync(stoppingToken);
        return Task.WhenAll(senders);
    }

    private async Task SendAllAsync(CancellationToken stoppingToken)
    {
        await foreach (var (request, settled) in _queue.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            if (await TrySendAsync(request, stoppingToken).ConfigureAwait(false))
                settled?.Invoke();
        }
    }

    private async Task<bool> TrySendAsync(SettleRequest request, CancellationToken stoppingToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await limits.SettleAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: stoppingToken).ConfigureAwait(false);
                _isAway = false;
                return true;
            }
            catch (RpcException exception) when (attempt >= Attempts || stoppingToken.IsCancellationRequested)
            {
                _isAway = false;
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
