using ThinkWatch.AdminApi.Dashboard;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Tests.Dashboard;

public sealed class OverviewRangeTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 22, 10, 17, 31, TimeSpan.Zero);

    [Theory]
    [InlineData("1h", 60, "2026-11-22T09:18:00Z", "2026-11-22T10:18:00Z")]
    [InlineData("24h", 48, "2026-11-21T10:30:00Z", "2026-11-22T10:30:00Z")]
    [InlineData("7d", 42, "2026-11-15T12:00:00Z", "2026-11-22T12:00:00Z")]
    public void Range_IsCutIntoWholeIntervals_TheRunningOneIncluded(string name, int steps, string from, string to)
    {
        var range = OverviewRange.Parse(name, _now);
        range.From.ShouldBe(DateTimeOffset.Parse(from));
        range.To.ShouldBe(DateTimeOffset.Parse(to));
        range.Steps().Count().ShouldBe(steps);
        (range.From - range.PreviousFrom).ShouldBe(range.To - range.From);
    }

    [Fact]
    public void Range_Unknown_IsRefused() => Should.Throw<ApiProblemException>(() => OverviewRange.Parse("1y", _now)).Problem.Status.ShouldBe(400);
}
