using System.Globalization;
using System.Text;

namespace ThinkWatch.ServiceDefaults.Metrics;

/// <summary>The values as OpenMetrics 1.0 text. Every family is there from the start: one that nothing has happened to says 0.</summary>
internal static class OpenMetricsText
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public static string Write(IEnumerable<MetricSeries> series)
    {
        var text = new StringBuilder(8192);
        string? family = null;
        foreach (var one in series)
        {
            if (one.Family != family)
            {
                family = one.Family;
                text.Append("# TYPE ").Append(family).Append(' ').Append(Name(one.Kind)).Append('\n');
                if (one.Description is { Length: > 0 } help) text.Append("# HELP ").Append(family).Append(' ').Append(help.ReplaceLineEndings(" ")).Append('\n');
            }

            var any = false;
            foreach (var (labels, cell) in one.Cells)
            {
                any = true;
                Write(text, one, labels, cell);
            }

            if (!any && one.Kind == MetricKind.Counter) Sample(text, family, "_total", "", "0");
        }

        return text.Append("# EOF\n").ToString();
    }

    private static void Write(StringBuilder text, MetricSeries series, string labels, MetricCell cell)
    {
        if (series.Kind != MetricKind.Histogram)
        {
            Sample(text, series.Family, series.Kind == MetricKind.Counter ? "_total" : "", labels, Number(cell.Sum));
            return;
        }

        var cumulated = 0L;
        var comma = labels.Length > 0 ? "," : "";
        for (var i = 0; i < MetricSeries.Bounds.Length; i++)
        {
            cumulated += cell.Bucket(i);
            Sample(text, series.Family, "_bucket", $"{labels}{comma}le=\"{Number(MetricSeries.Bounds[i])}\"", Number(cumulated));
        }

        Sample(text, series.Family, "_bucket", $"{labels}{comma}le=\"+Inf\"", Number(cell.Count));
        Sample(text, series.Family, "_sum", labels, Number(cell.Sum));
        Sample(text, series.Family, "_count", labels, Number(cell.Count));
    }

    private static void Sample(StringBuilder text, string family, string suffix, string labels, string value)
    {
        text.Append(family).Append(suffix);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Name(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
