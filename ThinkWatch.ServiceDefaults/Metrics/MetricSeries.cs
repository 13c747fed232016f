using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ThinkWatch.ServiceDefaults.Metrics;

/// <summary>How an instrument is exposed.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// All series of one instrument, by their label text. Any number of writers. Bounded: past <see cref="MaxSeries"/> label sets everything more
/// is counted under <c>overflow="true"</c>, so that nobody can fill the memory with invented names.
/// </summary>
internal sealed class MetricSeries
{
    public const int MaxSeries = 2000;
    private const string Overflow = "overflow=\"true\"";

    private static readonly double[] Seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

    private readonly ConcurrentDictionary<string, MetricCell> _cells = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricCell>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public MetricSeries(Instrument instrument)
    {
        _lookup = _cells.GetAlternateLookup<ReadOnlySpan<char>>();
        Description = instrument.Description;
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        Kind = definition == typeof(Histogram<>) ? MetricKind.Histogram
            : definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        IsObserved = instrument.IsObservable;
        var name = instrument.Name.Replace('.', '_');
        Family = Kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;
    }

    /// <summary>The name of the metric family (OpenMetrics 1.0): a counter's without <c>_total</c>.</summary>
    public string Family { get; }

    public string? Description { get; }

    public MetricKind Kind { get; }

    /// <summary>True when measurements are present totals rather than increments.</summary>
    public bool IsObserved { get; }

    public IEnumerable<KeyValuePair<string, MetricCell>> Cells => _cells;

    public static ReadOnlySpan<double> Bounds => Seconds;

    public void Record(ReadOnlySpan<char> labels, double value)
    {
        if (!_lookup.TryGetValue(labels, out var cell))
        {
            var key = _cells.Count < MaxSeries ? labels.ToString() : Overflow;
            cell = _cells.GetOrAdd(key, static (_, kind) => new MetricCell(kind == MetricKind.Histogram ? Seconds.Length : 0), Kind);
        }

        if (IsObserved) cell.Replace(value);
        else cell.Add(value, Kind == MetricKind.Histogram ? Seconds : []);
    }
}

/// <summary>One series: a sum, and for a histogram its bucket counts. Lock-free.</summary>
internal sealed class MetricCell(int bounds)
{
    private readonly long[] _buckets = new long[bounds];
    private double _sum;
    private long _count;

    public double Sum => Volatile.Read(ref _sum);

    public long Count => Volatile.Read(ref _count);

    public long Bucket(int index) => Volatile.Read(ref _buckets[index]);

    /// <summary>An observed total takes the place of the one before.</summary>
    public void Replace(double value) => Volatile.Write(ref _sum, value);

    public void Add(double value, ReadOnlySpan<double> limits)
    {
        AddToSum(value);
        Interlocked.Increment(ref _count);
        for (var i = 0; i < limits.Length; i++)
        {
            if (value > limits[i]) continue;
            Interlocked.Increment(ref _buckets[i]);
            return;
        }
    }

    private void AddToSum(double value)
    {
        double seen;
        do
        {
            seen = Volatile.Read(ref _sum);
        }
        while (Interlocked.CompareExchange(ref _sum, seen + value, seen) != seen);
    }
}
