using System.Diagnostics.Metrics;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.Spool;

internal sealed class SpoolMetrics : IDisposable
{
    public const string MeterName = "ThinkWatch.Spool";
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _dropped;

    public SpoolMetrics()
    {
        _dropped = _meter.CreateCounter<long>("audit_log_dropped_total", description: "Audit events given up, by kind.");
        foreach (var kind in Enum.GetValues<RecordKind>().Where(static k => k != RecordKind.Unspecified))
            Dropped(kind, 0);
    }

    public void Watch(Func<long> bytes, Func<long> waiting)
    {
        _meter.CreateObservableGauge("audit_spool_bytes", bytes, "By", "Size of the audit spool on disk.");
        _meter.CreateObservableGauge("audit_spool_events", waiting, description: "Audit events that nobody has acknowledged.");
    }

    public void Dropped(RecordKind kind, long events) =>
        _dropped.Add(events, new KeyValuePair<string, object?>("kind", kind.ToString().ToLowerInvariant()));

    public void Dispose() => _meter.Dispose();
}
