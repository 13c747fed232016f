using System.Threading.Channels;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Notifications;

/// <summary>An alert with its entry in the audit trail: both are written or neither.</summary>
internal sealed record Alert(Notification Notification, AuditEntry Audit);

/// <summary>
/// Takes alerts from settlements, which never wait for the store, and writes them; while it is away they wait here, as many as are bounded. What was
/// logged and counted stays so in any case.
/// </summary>
internal sealed partial class AlertQueue(NpgsqlDataSource database, PostgresReady ready, ILogger<AlertQueue> log) : BackgroundService
{
    private const int Bound = 1000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Channel<Alert> _waiting = Channel.CreateBounded<Alert>(Bound);

    public void Add(Alert alert)
    {
        if (!_waiting.Writer.TryWrite(alert)) LogLost(alert.Notification.Slot);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ready.WaitAsync(stoppingToken);
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken)) await WriteNextAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await DrainAsync();
        }
    }

    /// <summary>Taken off the queue only when it is written: what cannot be is tried again.</summary>
    private async Task WriteNextAsync(CancellationToken cancellationToken)
    {
        if (!_waiting.Reader.TryPeek(out var alert)) return;
        try
        {
            await WriteAsync(alert, cancellationToken);
            _waiting.Reader.TryRead(out _);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            LogLater(fault.Message);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    private Task WriteAsync(Alert alert, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            if (await Notification.InsertAsync(transaction, alert.Notification, token)) await AuditOutbox.AppendAsync(transaction, alert.Audit, token);
        },
        cancellationToken);

    /// <summary>The service ends: one more attempt at each, within the time that a shutdown has.</summary>
    private async Task DrainAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            while (_waiting.Reader.TryRead(out var alert)) await WriteAsync(alert, deadline.Token);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            LogLater(fault.Message);
        }
    }

    [LoggerMessage(330, LogLevel.Warning, "Alerts are written later: {Reason}")]
    private partial void LogLater(string reason);

    [LoggerMessage(331, LogLevel.Error, "Too many alerts wait for the store: {Slot} was logged, but will not be notified")]
    private partial void LogLost(string slot);
}
