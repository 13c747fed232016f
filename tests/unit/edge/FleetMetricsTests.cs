using ThinkWatch.Edge.Health;

namespace ThinkWatch.Edge.Tests;

public sealed class FleetMetricsTests
{
    [Fact]
    public void Merge_FamilyOfTwoServices_IsOnePieceWithServiceAndInstanceAsLabels() =>
        FleetMetrics.Merge(
            [
                ("a", "h:1", "# TYPE x counter\nx_total 1\n# TYPE y gauge\ny{k=\"v w\"} 2\n# EOF\n"),
                ("b", "h:2", "# TYPE x counter\nx_total{k=\"v\"} 3\n# EOF\n"),
                ("away", "h:3", ""),
            ])
            .ShouldBe("# TYPE x counter\nx_total{service=\"a\",instance=\"h:1\"} 1\nx_total{service=\"b\",instance=\"h:2\",k=\"v\"} 3\n# TYPE y gauge\ny{service=\"a\",instance=\"h:1\",k=\"v w\"} 2\n# EOF\n");
}
