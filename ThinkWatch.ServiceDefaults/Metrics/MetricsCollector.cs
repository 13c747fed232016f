using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.ServiceDefaults.Metrics;

/// <summary>
/// Keeps the present value of every instrument of the service and of the runtime, for <c>/metrics</c>. Exists only when
/// METRICS_BEARER_TOKEN is set: otherwise nothing listens and instruments cost nothing.
/// </summary>
internal sealed class MetricsCollector : IHostedService, IDisposable
{
    private const int LongestLabels = 1024;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricSeries> _series = new();

    public MetricsCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!instrument.Meter.Name.StartsWith("ThinkWatch", StringComparison.Ordinal) && instrument.Meter.Name != "System.Runtime") return;
            listener.EnableMeasurementEvents(instrument, _series.GetOrAdd(instrument, static i => new MetricSeries(i)));
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, series) => Record(series, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, series) => Record(series, value, tags));
    }

    /// <summary>All instruments with their present values; observable ones are asked first.</summary>
    public IEnumerable<MetricSeries> Collect()
    {
        _listener.RecordObservableInstruments();
        return _series.Values.OrderBy(static s => s.Family, StringComparer.Ordinal);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Span<char> labels = stackalloc char[LongestLabels];
        ((MetricSeries)state!).Record(labels[..LabelText.Write(tags, labels)], value);
    }
}
