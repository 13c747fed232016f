using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Postgres;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Ships the outbox to audit-ingest, one frame at a time, and forgets a frame only when it is acknowledged. One replica does it: the holder
/// of a session lock that dies with its connection.
/// </summary>
internal sealed partial class AuditOutboxDispatcher(
    NpgsqlDataSource database, PostgresReady ready, AuditIngest.AuditIngestClient ingest, ILogger<AuditOutboxDispatcher> log) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShipDeadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = Idle;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ready.WaitAsync(stoppingToken);
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                if (await TryLockAsync(connection, stoppingToken))
                    await DispatchAsync(connection, () => pause = Idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The outbox is durable: whatever failed, the frame is still there and is tried again.
                LogWaiting(log, fault is RpcException rpc ? rpc.Status.StatusCode.ToString() : fault.Message);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DispatchAsync(NpgsqlConnection connection, Action onShipped, CancellationToken cancellationToken)
    {
        try
        {
            var producerId = await AuditFrames.ReadProducerIdAsync(connection, cancellationToken);
            while (true)
            {
                var frame = await AuditFrames.NextAsync(connection, producerId, cancellationToken);
                if (frame is null)
                {
                    await Task.Delay(Idle, cancellationToken);
                    continue;
                }

                await SettleAsync(connection, frame, await ShipAsync(frame, cancellationToken), cancellationToken);
                onShipped();
            }
        }
        finally
        {
            // The pool keeps the connection: the lock must not stay on it.
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await using var unlock = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
                await unlock.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }

    private async Task SettleAsync(NpgsqlConnection connection, Frame frame, FrameAck ack, CancellationToken cancellationToken)
    {
        if (ack.Accepted)
        {
            await AuditFrames.ForgetAsync(connection, frame, cancellationToken);
            return;
        }

        LogRejected(log, frame.FirstSequence, frame.LastSequence, ack.Error);
        await AuditFrames.RejectAsync(connection, frame, ack.Error, cancellationToken);
    }

    private async Task<FrameAck> ShipAsync(Frame frame, CancellationToken cancellationToken)
    {
        using var call = ingest.Ship(deadline: DateTime.UtcNow + ShipDeadline, cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(frame, cancellationToken);
        await call.RequestStream.CompleteAsync();
        if (!await call.ResponseStream.MoveNext(cancellationToken))
            throw new IOException("audit-ingest ended the stream without an acknowledgement");
        return call.ResponseStream.Current;
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '.audit_outbox', 0))", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The audit outbox waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "audit-ingest refused audit entries {First} to {Last} for good: {Error}. They are kept in audit_outbox.")]
    private static partial void LogRejected(ILogger logger, ulong first, ulong last, string error);
}
