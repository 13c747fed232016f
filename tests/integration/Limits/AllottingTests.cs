using Grpc.Core;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Calls that are counted before they come, on the real engine.</summary>
public sealed class AllottingTests(EmbeddedStores stores)
{
    private const string Wide = "user:ada:ai_gateway:requests:3600";
    private const string Narrow = "user:ada:ai_gateway:requests:60";

    [Fact]
    public async Task Allotment_IsCountedAtOnceAndWhatIsUnusedComesBackOnce()
    {
        await using var limits = await OpenAsync(limits => [limits.Rule("requests", 100_000), limits.Rule("requests", 10_000, windowSecs: 60)]);
        var call = limits.Call();
        var reply = await limits.AllotAsync(call, 100);
        reply.Calls.ShouldBe(100);
        (reply.Requests.Limit, reply.Requests.Remaining).ShouldBe((10_000, 9_900));
        (await SumsAsync(limits)).ShouldBe((100, 100));

        (await limits.GiveBackAsync(call, 30)).ShouldBeTrue();
        (await limits.GiveBackAsync(call, 30)).ShouldBeFalse();
        (await SumsAsync(limits)).ShouldBe((70, 70));
    }

    [Fact]
    public async Task Allotment_TakesASmallPartOfTheTightestRule_AndNothingNearIt()
    {
        await using var limits = await OpenAsync(static limits => [limits.Rule("requests", 100_000), limits.Rule("requests", 640, windowSecs: 60)]);
        (await limits.AllotAsync(limits.Call(), 256)).Calls.ShouldBe(10);
        await using var near = await OpenAsync(static limits => [limits.Rule("requests", 100)]);
        (await near.AllotAsync(near.Call(), 256)).Calls.ShouldBe(0);
        (await near.SumAsync(Wide)).ShouldBe(0);
    }

    [Theory]
    [InlineData("tokens", "soft")]
    [InlineData("requests", "strict")]
    public async Task Allotment_WhereMoreThanSoftRequestRulesApply_IsRefused(string metric, string mode)
    {
        await using var limits = await OpenAsync(limits => [limits.Rule(metric, 1_000_000, mode: mode)]);
        (await limits.AllotAsync(limits.Call(), 10)).Calls.ShouldBe(0);
        (await limits.CheckAsync(limits.Call(bound: 1))).Allottable.ShouldBeFalse();
    }

    [Fact]
    public async Task Allotment_GivenBackByAGatewayThatNeverHeardOfIt_LeavesNothingCounted()
    {
        await using var limits = await OpenAsync(static limits => [limits.Rule("requests", 3_200)]);

        // The answer was lost: the gateway knows only what it wanted.
        var lost = limits.Call();
        (await limits.AllotAsync(lost, 256)).Calls.ShouldBe(50);
        await ShouldBeRefusedAsync(() => limits.AllotAsync(lost, 256));
        (await limits.GiveBackAsync(lost, 256)).ShouldBeTrue();
        (await limits.SumAsync(Wide)).ShouldBe(0);

        // It overtook what it gives back.
        var late = limits.Call();
        (await limits.GiveBackAsync(late, 256)).ShouldBeTrue();
        await ShouldBeRefusedAsync(() => limits.AllotAsync(late, 256));
        (await limits.SumAsync(Wide)).ShouldBe(0);
    }

    private static async Task ShouldBeRefusedAsync(Func<Task> allot) => (await allot.ShouldThrowAsync<RpcException>()).StatusCode.ShouldBe(StatusCode.AlreadyExists);

    private async Task<OpenLimits> OpenAsync(Func<OpenLimits, IEnumerable<ILimit>> rules)
    {
        var limits = await OpenLimits.OpenAsync(await stores.RedisAsync());
        limits.Rules.Replace(rules(limits));
        return limits;
    }

    private static async Task<(long Wide, long Narrow)> SumsAsync(OpenLimits limits) => (await limits.SumAsync(Wide), await limits.SumAsync(Narrow));
}
