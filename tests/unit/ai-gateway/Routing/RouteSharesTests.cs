using ThinkWatch.AiGateway.Routing;

namespace ThinkWatch.AiGateway.Tests.Routing;

/// <summary>score = S² / (L^k · P^c), normalised, nobody below 2 %.</summary>
public sealed class RouteSharesTests
{
    [Theory]
    [InlineData("latency_cost", 200, 4, 100, 1, 1 / 9.0, 8 / 9.0)]
    [InlineData("balanced", 200, 4, 100, 1, 0.26120387, 0.73879613)]
    [InlineData("latency", 200, 1, 100, 100, 0.2, 0.8)]
    public void Score_FollowsTheFormula(string strategy, double firstMs, double firstPrice, double secondMs, double secondPrice, double first, double second)
    {
        var shares = new double[2];
        RouteShares.Score(strategy, [new(1, firstMs, firstPrice), new(1, secondMs, secondPrice)], shares);
        shares[0].ShouldBe(first, 0.0001);
        shares[1].ShouldBe(second, 0.0001);
    }

    [Fact]
    public void Score_OfARouteThatFails_FallsWithTheSquare_ButKeepsTwoPercent()
    {
        var shares = new double[2];
        RouteShares.Score("latency", [new(0.5, 100, 1), new(1, 100, 1)], shares);
        shares[0].ShouldBe(0.2, 0.0001);
        RouteShares.Score("latency", [new(0, 100, 1), new(1, 100, 1)], shares);
        shares[0].ShouldBe(0.02 / 1.02, 0.0001);
    }

    [Fact]
    public void Score_OfAnUnmeasuredRoute_TakesItsPeersMedian()
    {
        var shares = new double[3];
        RouteShares.Score("latency_cost", [new(1, null, null), new(1, 100, 2), new(1, 100, 2)], shares);
        shares.ShouldAllBe(static share => Math.Abs(share - (1 / 3.0)) < 0.0001);
    }
}
