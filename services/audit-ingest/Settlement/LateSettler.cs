using Grpc.Core;
using Npgsql;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Postgres;

namespace ThinkWatch.AuditIngest.Settlement;

/// <summary>Tells limits what calls used that nobody settled, for as long as it takes.</summary>
internal sealed partial class LateSettler(
    UnsettledCalls calls, Limits.LimitsClient limits, PostgresReady postgres, IngestMetrics metrics, TimeProvider time, ILogger<LateSettler> log) : BackgroundService
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private bool _isWaiting;
    private bool _isAnswering;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await postgres.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var settled = 0;
            try
            {
                settled = await SettleAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
            {
                // They are kept: the next round has them again.
                Wait(fault.Message);
            }

            if (settled < AtOnce)
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> SettleAsync(CancellationToken cancellationToken)
    {
        var round = await calls.TakeAsync(AtOnce, _isAnswering, request => TrySettleAsync(request, cancellationToken), cancellationToken);
        _isAnswering = round.Settled > 0;
        foreach (var call in round.SetAside)
        {
            metrics.SetAside();
            SetAside(call.RequestId, call.Reason);
        }

        return round.Settled;
    }

    private async Task<NotSettled?> TrySettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await limits.SettleAsync(request, deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: cancellationToken);
            _isWaiting = false;
            return null;
        }
        catch (RpcException fault)
        {
            var reason = $"{fault.StatusCode}: {fault.Status.Detail}";
            var isRefused = fault.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.ResourceExhausted);
            if (!isRefused)
                Wait(reason);
            return new NotSettled(request.RequestId, reason, isRefused);
        }
    }

    /// <summary>Said once, not every second of an outage.</summary>
    private void Wait(string reason)
    {
        if (!_isWaiting)
            Waiting(reason);
        _isWaiting = true;
    }

    [LoggerMessage(307, LogLevel.Warning, "Calls wait to be settled: {Reason}")]
    private partial void Waiting(string reason);

    [LoggerMessage(308, LogLevel.Warning, "Call {RequestId} cannot be settled and is set aside, in audit.unsettled_calls: {Reason}")]
    private partial void SetAside(string requestId, string reason);
}
