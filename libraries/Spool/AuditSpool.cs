using Google.Protobuf;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Spool.Frames;
using ThinkWatch.Spool.Log;
using ThinkWatch.Spool.Shipping;

namespace ThinkWatch.Spool;

/// <summary>
/// Ties the log, the committer and the shipper together. Starts before the server listens and stops after it has drained: a predecessor's
/// orphans become final events before the first new call, and the last events of this process go out before it ends.
/// </summary>
internal sealed partial class AuditSpool : IAuditSpool, IHostedService, IDisposable
{
    private readonly SpoolOptions _options;
    private readonly Func<SpoolPolicy> _policy;
    private readonly IAuditTransport _transport;
    private readonly SpoolMetrics _metrics;
    private readonly ILogger<AuditSpool> _logger;
    private SegmentFolder? _folder;
    private SpoolLog? _log;
    private Committer? _committer;
    private Shipper? _shipper;

    public AuditSpool(SpoolOptions options, Func<SpoolPolicy> policy, IAuditTransport transport, SpoolMetrics metrics, ILogger<AuditSpool> logger)
    {
        _options = options;
        _policy = policy;
        _transport = transport;
        _metrics = metrics;
        _logger = logger;
        metrics.Watch(() => Bytes, () => _log?.Waiting() ?? 0);
    }

    public bool Accepting => _log is { HasFault: false } log && _committer is { } committer && (committer.Policy.DropWhenFull || log.Bytes < committer.Policy.MaxBytes);

    public long Bytes => _log?.Bytes ?? 0;

    public string ProducerId => Open.Producer.ToString();

    private SpoolLog Open => _log ?? throw new InvalidOperationException("The spool opens when the host starts.");

    public ValueTask<SpoolTicket?> BeginAsync(
        RecordKind kind, Guid id, DateTimeOffset createdAt, IMessage started, CancellationToken cancellationToken = default)
    {
        RequireKind(kind);
        var committer = _committer;
        if (committer is null || !Accepting)
            return default;
        var ticket = new SpoolTicket(kind, id, createdAt.ToUnixTimeMilliseconds());
        Task durable;
        using (var buffer = RecordBuffer.Of(started, HasPersonalFields(kind)))
        {
            if (!Open.TryBegin(ticket, buffer, out durable))
                return default;
        }

        return committer.Policy.WaitForDisk ? WaitForDiskAsync(ticket, durable, cancellationToken) : new ValueTask<SpoolTicket?>(ticket);
    }

    public void Complete(SpoolTicket ticket, IMessage completed)
    {
        using var buffer = RecordBuffer.Of(completed);
        Open.Complete(ticket, buffer);
    }

    public bool TryAppend(RecordKind kind, Guid id, DateTimeOffset createdAt, IMessage record)
    {
        RequireKind(kind);
        using var buffer = RecordBuffer.Of(record, HasPersonalFields(kind));
        if (Accepting && Open.TryAppend(kind, id, createdAt.ToUnixTimeMilliseconds(), buffer))
            return true;
        _metrics.Dropped(kind, 1);
        return false;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _folder = SegmentFolder.Open(_options.Directory, _options.SegmentBytes, _options.LockPatience);
        var state = SpoolRecovery.Run(_folder);
        _log = new SpoolLog(_folder, _options, state);
        _committer = new Committer(_log, _policy, f => _shipper!.Publish(f), ReportDropped, _logger);
        _shipper = new Shipper(_log, _transport, _options, _logger);
        foreach (var frame in _log.Unsettled())
            _shipper.Publish(frame);
        CompleteOrphans(state.Orphans);
        ReportDamage(state.Damages);
        _shipper.Start();
        _committer.Start();
        Opened(_log.Producer, state.Orphans.Count, _log.Waiting());
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_log is null || _committer is null || _shipper is null)
            return;
        _committer.Drain();
        var until = Environment.TickCount64 + (long)_options.DrainTimeout.TotalMilliseconds;
        while (!_log.IsDrained() && Environment.TickCount64 < until && !cancellationToken.IsCancellationRequested)
            await Task.Delay(10, CancellationToken.None);
        await _shipper.StopAsync();
        _committer.Stop();
        _committer = null;
        Closed(_log.Waiting());
    }

    public void Dispose()
    {
        _committer?.Stop();
        _log?.Dispose();
        _folder?.Dispose();
    }

    private static void RequireKind(RecordKind kind)
    {
        if (kind is RecordKind.Unspecified || !Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "An audit record has a kind.");
    }

    private static bool HasPersonalFields(RecordKind kind) => kind != RecordKind.Platform;

    private static IMessage InterruptedRecord(RecordKind kind) =>
        kind == RecordKind.Mcp ? new McpCall { Outcome = Outcome.Interrupted } : new GatewayCall { Outcome = Outcome.Interrupted };

    private async ValueTask<SpoolTicket?> WaitForDiskAsync(SpoolTicket ticket, Task durable, CancellationToken cancellationToken)
    {
        try
        {
            await durable.WaitAsync(cancellationToken);
            return ticket;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The record is written, only the caller does not make the call: it must not look like one that was lost.
            Complete(ticket, InterruptedRecord(ticket.Kind));
            if (fault is OperationCanceledException)
                throw;
            return null;
        }
    }

    private void CompleteOrphans(IReadOnlyList<Orphan> orphans)
    {
        foreach (var orphan in orphans)
            Complete(new SpoolTicket(orphan.Kind, orphan.Id, orphan.CreatedAtMs) { Started = orphan.Started }, InterruptedRecord(orphan.Kind));
    }

    private void ReportDamage(IReadOnlyList<Damage> damages)
    {
        foreach (var damage in damages)
        {
            Damaged(damage.Segment, damage.Offset, damage.Bytes);
            AppendPlatform("audit.spool_damage", $"{damage.Bytes} bytes of spool segment {damage.Segment} at offset {damage.Offset} could not be read");
        }
    }

    private void ReportDropped(IReadOnlyList<CutFrame> frames)
    {
        foreach (var frame in frames)
        {
            _metrics.Dropped(frame.Kind, frame.Events.Length);
            Dropped(frame.Kind, frame.First, frame.Last);
            AppendPlatform("audit.dropped", $"The spool was full: {frame.Kind} events {frame.First} to {frame.Last} were dropped");
        }
    }

    private void AppendPlatform(string kind, string message)
    {
        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow;
        using var buffer = RecordBuffer.Of(new PlatformEvent
        {
            Id = id.ToString(),
            CreatedAtMs = now.ToUnixTimeMilliseconds(),
            Kind = kind,
            Subject = ProducerId,
            Severity = "error",
            Message = message,
        });
        Open.TryAppend(RecordKind.Platform, id, now.ToUnixTimeMilliseconds(), buffer);
    }

    [LoggerMessage(205, LogLevel.Information, "Audit spool open as producer {Producer}: {Orphans} interrupted calls found, {Waiting} events to send")]
    private partial void Opened(Guid producer, int orphans, long waiting);

    [LoggerMessage(206, LogLevel.Information, "Audit spool closed, {Waiting} events left for the next start")]
    private partial void Closed(long waiting);

    [LoggerMessage(207, LogLevel.Error, "Audit spool segment {Segment} is damaged at offset {Offset}: {Bytes} bytes skipped")]
    private partial void Damaged(int segment, int offset, int bytes);

    [LoggerMessage(208, LogLevel.Error, "The audit spool was full: {Kind} events {First} to {Last} dropped")]
    private partial void Dropped(RecordKind kind, ulong first, ulong last);
}
