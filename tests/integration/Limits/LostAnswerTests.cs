using ThinkWatch.Contracts.Limits;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>A store that did what it was asked, and whose answer nobody heard; or that does it long after the asker gave up.</summary>
public sealed class LostAnswerTests(EmbeddedStores stores)
{
    private const string UserRequests = "user:ada:ai_gateway:requests:3600";
    private const string UserTokens = "user:ada:ai_gateway:tokens:3600";
    private const string UserBudget = "user:ada:budget:daily:tokens";
    private const string RouteRequests = "route:r:ai_gateway:requests:60";

    [Fact]
    public async Task Check_ThatCameBefore_CountsOnce()
    {
        await using var limits = await OpenAsync();
        var call = CallOf(limits);
        (await limits.CheckAsync(call)).Allowed.ShouldBeTrue();
        (await limits.CheckAsync(call)).Allowed.ShouldBeTrue();
        await ShouldHoldAsync(limits, requests: 1, tokens: 300, budget: 500, route: 1);

        (await limits.SettleAsync(call, tokens: 120)).ShouldBeTrue();
        await ShouldHoldAsync(limits, requests: 1, tokens: 120, budget: 120, route: 1);
    }

    [Fact]
    public async Task Check_CountedButUnheardThenSettledFromItsRow_CountsOnce()
    {
        await using var limits = await OpenAsync();
        var call = CallOf(limits);
        await limits.CheckAsync(call);
        (await SettleFromRowAsync(limits, call)).ShouldBeTrue();
        (await SettleFromRowAsync(limits, call)).ShouldBeFalse();
        await ShouldHoldAsync(limits, requests: 1, tokens: 120, budget: 120, route: 1);
    }

    [Fact]
    public async Task Check_ThatArrivesAfterItsCallWasSettled_CountsNothing()
    {
        await using var limits = await OpenAsync();
        var call = CallOf(limits);
        (await SettleFromRowAsync(limits, call)).ShouldBeTrue();
        await limits.CheckAsync(call);
        (await SettleFromRowAsync(limits, call)).ShouldBeFalse();
        await ShouldHoldAsync(limits, requests: 1, tokens: 120, budget: 120, route: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Check_UnheardAndItsCallRefused_HoldsNothing(bool arrivesLast)
    {
        await using var limits = await OpenAsync();
        var call = CallOf(limits);
        if (!arrivesLast) await limits.CheckAsync(call);
        await limits.SettleAsync(call, tokens: 0, static settle => settle.NotCalled = true);
        if (arrivesLast) await limits.CheckAsync(call);
        (await limits.SumAsync(UserTokens)).ShouldBe(0);
        (await limits.SumAsync(UserBudget)).ShouldBe(0);
        (await limits.SumAsync(RouteRequests)).ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Settlement_OfWhichNobodyKnowsWhetherItCame_CountsOnceHoweverLate(bool came)
    {
        await using var limits = await OpenAsync();
        var call = CallOf(limits);
        await limits.CheckAsync(call);
        if (came) (await limits.SettleAsync(call, tokens: 120)).ShouldBeTrue();

        // So late that nothing tells any more that it was settled.
        if (came) await limits.ForgetCallAsync(call);
        (await limits.SettleAsync(call, tokens: 120, static settle => settle.Late = settle.Replay = true)).ShouldBe(!came);
        (await limits.SettleAsync(call, tokens: 120, static settle => settle.Late = settle.Replay = true)).ShouldBeFalse();
        await ShouldHoldAsync(limits, requests: 1, tokens: 120, budget: 120, route: 1);
    }

    private async Task<OpenLimits> OpenAsync()
    {
        var limits = await OpenLimits.OpenAsync(await stores.RedisAsync());
        limits.Rules.Replace([limits.Rule("requests", 100), limits.Rule("tokens", 1000), limits.Budget("tokens", 1000, mode: "strict")]);
        return limits;
    }

    private static CheckRequest CallOf(OpenLimits limits) =>
        limits.Call(tokens: 300, bound: 500, new Candidate { ProviderId = "p", RouteId = "r", RpmCap = 10 });

    private static Task<bool> SettleFromRowAsync(OpenLimits limits, CheckRequest call) => limits.SettleAsync(call, tokens: 120, settle =>
    {
        settle.Call = call;
        settle.Late = true;
        settle.CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    });

    private static async Task ShouldHoldAsync(OpenLimits limits, long requests, long tokens, long budget, long route)
    {
        (await limits.SumAsync(UserRequests)).ShouldBe(requests);
        (await limits.SumAsync(UserTokens)).ShouldBe(tokens);
        (await limits.SumAsync(UserBudget)).ShouldBe(budget);
        (await limits.SumAsync(RouteRequests)).ShouldBe(route);
    }
}
