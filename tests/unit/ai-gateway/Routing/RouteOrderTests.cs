using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Pipeline;

namespace ThinkWatch.AiGateway.Tests.Routing;

public sealed class RouteOrderTests
{
    [Fact]
    public void Draw_FollowsTheWeights()
    {
        RouteCandidate[] routes = [Route("a", 70), Route("b", 30), Route("c", 0)];
        var order = new List<RouteCandidate>();
        var random = new Random(3);
        var first = new Dictionary<string, int>();
        for (var i = 0; i < 10_000; i++)
        {
            order.Clear();
            order.AddRange(routes);
            RouteOrder.Draw(order, [0.7, 0.3, 0], _ => random.NextDouble());
            order.Select(static route => route.RouteId).ShouldBe(["a", "b", "c"], ignoreOrder: true);
            order[2].RouteId.ShouldBe("c");
            first[order[0].RouteId] = first.GetValueOrDefault(order[0].RouteId) + 1;
        }

        first["a"].ShouldBeInRange(6_800, 7_200);
    }

    [Fact]
    public void Draw_WithoutWeights_KeepsTheConfiguredOrder()
    {
        List<RouteCandidate> order = [Route("a", 0), Route("b", 0)];
        RouteOrder.Draw(order, [0, 0], static _ => 0.5);
        order.Select(static route => route.RouteId).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Price_IsExact_AndUnknownIsNotZero()
    {
        var prices = ModelPrices.Of(new Prices { Input = "0.15", Output = "0.6", CachedInput = "0.075" })!;
        prices.Cost(new TokenUsage(1_000_000, 1_000_000, 400_000, 0, 100_000)).ShouldBe((0.6m * 0.15m) + (0.4m * 0.075m) + 0.6m);
        ModelPrices.Of(new Prices { Input = "1" }).ShouldBeNull();
        ModelPrices.Of(new Prices { Input = "0", Output = "0" })!.Cost(new TokenUsage(5, 5, 0, 0, 0)).ShouldBe(0m);
        ModelPrices.Of(null).ShouldBeNull();
    }

    [Theory]
    [InlineData("gpt-4o", true)]
    [InlineData("gpt-4o-mini", true)]
    [InlineData("claude-3", false)]
    [InlineData("exact", true)]
    [InlineData("exactly", false)]
    [InlineData("q?x", true)]
    [InlineData("qax", false)]
    [InlineData("a-b-c-d", true)]
    [InlineData("a-b-d", false)]
    public void Scope_MatchesExactNamesAndGlobs(string model, bool allowed) =>
        NameScope.Intersection(new StringList { Items = { "gpt-*", "exact", "q?x*", "a*b*c*d" } }).Allows(model).ShouldBe(allowed);

    private static RouteCandidate Route(string id, int weight) => new(Upstreams.Any, id, "m", weight, null, new Contracts.Limits.Candidate());
}
