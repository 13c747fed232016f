using Grpc.Core;
using Npgsql;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Postgres;

namespace ThinkWatch.AuditIngest.Settlement;

/// <summary>Tells limits what calls used that nobody settled, for as long as it takes.</summary>
internal sealed partial class LateSettler(UnsettledCalls calls, Limits.LimitsClient limits, PostgresReady postgres, TimeProvider time, ILogger<LateSettler> log) : BackgroundService
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private bool _isWaiting;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await postgres.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var settled = 0;
            try
            {
                settled = await calls.TakeAsync(AtOnce, request => TrySettleAsync(request, stoppingToken), stoppingToken);
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

    private async Task<bool> TrySettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await limits.SettleAsync(request, deadline: (time.GetUtcNow() + Deadline).UtcDateTime, cancellationToken: cancellationToken);
            _isWaiting = false;
            return true;
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.InvalidArgument)
        {
            Refused(request.RequestId, fault.Status.Detail);
            return true;
        }
        catch (RpcException fault)
        {
            Wait($"{fault.StatusCode}: {fault.Status.Detail}");
            return false;
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

    [LoggerMessage(308, LogLevel.Error, "Call {RequestId} cannot be settled: {Reason}")]
    private partial void Refused(string requestId, string reason);
}
