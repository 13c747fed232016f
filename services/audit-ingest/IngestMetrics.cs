using System.Diagnostics.Metrics;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.AuditIngest;

internal sealed class IngestMetrics : IDisposable
{
    private readonly Meter _meter = new("ThinkWatch.AuditIngest");
    private readonly Counter<long> _rows;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _setAside;
    private double _lag;

    public IngestMetrics()
    {
        _rows = _meter.CreateCounter<long>("audit_ingest_rows_total", description: "Rows stored, by kind; a resent frame counts again.");
        _refused = _meter.CreateCounter<long>("audit_ingest_refused_total", description: "Rows of frames that were refused for good, by kind.");
        _gaps = _meter.CreateCounter<long>("audit_gap_total", description: "Audit events that were numbered and never arrived, by kind.");
        _setAside = _meter.CreateCounter<long>("audit_settlements_set_aside_total", description: "Calls whose usage limits did not take: they are kept, and no longer tried.");
        _setAside.Add(0);
        _meter.CreateObservableGauge("audit_ingest_lag_seconds", () => Volatile.Read(ref _lag), "s", "Age of the newest event of the last frame stored.");
        foreach (var kind in Enum.GetValues<RecordKind>().Where(static k => k != RecordKind.Unspecified))
        {
            Stored(kind, 0);
            Refused(kind, 0);
            Missing(kind, 0);
        }
    }

    public void Stored(RecordKind kind, long rows) => _rows.Add(rows, Tag(kind));

    public void Refused(RecordKind kind, long rows) => _refused.Add(rows, Tag(kind));

    public void Missing(RecordKind kind, long events) => _gaps.Add(events, Tag(kind));

    public void SetAside() => _setAside.Add(1);

    public void Lag(TimeSpan lag) => Volatile.Write(ref _lag, Math.Max(0, lag.TotalSeconds));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(RecordKind kind) => new("kind", kind.ToString().ToLowerInvariant());
}
