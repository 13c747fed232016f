using ThinkWatch.Edge.Health;

namespace ThinkWatch.Edge.Tests;

public sealed class FleetMetricsTests
{
    [Fact]
    public void Merge_FamilyOfTwoServices_IsOnePieceWithTheServiceAsLabel() =>
        FleetMetrics.Merge(
            [
                ("a", "# TYPE x counter\nx_total 1\n# TYPE y gauge\ny{k=\"v w\"} 2\n# EOF\n"),
                ("b", "# TYPE x counter\nx_total{k=\"v\"} 3\n# EOF\n"),
                ("away", ""),
            ])
            .ShouldBe("# TYPE x counter\nx_total{service=\"a\"} 1\nx_total{service=\"b\",k=\"v\"} 3\n# TYPE y gauge\ny{service=\"a\",k=\"v w\"} 2\n# EOF\n");
}
