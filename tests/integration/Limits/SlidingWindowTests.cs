using StackExchange.Redis;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>The script that counts, on the real engine.</summary>
public sealed class SlidingWindowTests(EmbeddedStores stores)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Count_64ConcurrentCallersOn100Requests_ExactlyHundredPass()
    {
        await using var windows = await OpenAsync();
        Rule[] rules = [RuleOf(100, 3600)];
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            var passed = 0;
            for (var i = 0; i < 5; i++)
            {
                passed += (await windows.CountAsync(rules)).Passed;
            }

            return passed;
        }));
        verdicts.Sum().ShouldBe(100);
    }

    [Fact]
    public async Task Count_OneOfTwoRulesRefuses_NeitherIsCounted()
    {
        await using var windows = await OpenAsync();
        var wide = RuleOf(10, 3600);
        var narrow = RuleOf(1, 60, wide.OrgId);
        (await windows.CountAsync([wide, narrow])).Sums.ShouldBe([1, 1]);
        var refused = await windows.CountAsync([wide, narrow]);
        refused.Passed.ShouldBe(0);
        refused.RefusingRule.ShouldBe(1);
        refused.Current.ShouldBe(1);
        refused.RetryMs.ShouldBeInRange(1, 60_000);
        (await windows.CountAsync([wide])).Sums.ShouldBe([2]);
    }

    [Fact]
    public async Task Count_WhenTheOldestBucketRunsOut_PassesAgain()
    {
        await using var windows = await OpenAsync();
        Rule[] rules = [RuleOf(3, 1)];
        for (var i = 0; i < 3; i++) (await windows.CountAsync(rules)).Passed.ShouldBe(1);
        var refused = await windows.CountAsync(rules);
        refused.Passed.ShouldBe(0);

        // The window slides on the store's own clock: the answer says how long that takes.
        await Task.Delay(TimeSpan.FromMilliseconds(refused.RetryMs + 20), TestContext.Current.CancellationToken);
        (await windows.CountAsync(rules)).Passed.ShouldBe(1);
    }

    [Fact]
    public async Task Count_SeveralRequestsTogether_AsManyPassAsFit()
    {
        await using var windows = await OpenAsync();
        var wide = RuleOf(100, 3600);
        var narrow = RuleOf(5, 60, wide.OrgId);
        var verdict = await windows.CountAsync([wide, narrow], requests: 8);
        verdict.Passed.ShouldBe(5);
        verdict.RefusingRule.ShouldBe(1);
        verdict.Current.ShouldBe(5);
        verdict.RetryMs.ShouldBeInRange(1, 60_000);
        verdict.Sums.ShouldBe([5, 5]);
        (await windows.CountAsync([wide])).Sums.ShouldBe([6]);
    }

    [Fact]
    public async Task Count_GroupsThatShareARule_SeeEachOther()
    {
        await using var windows = await OpenAsync();
        var shared = RuleOf(10, 3600);
        var own = RuleOf(100, 3600, shared.OrgId);
        var verdicts = await windows.CountAsync(new RuleGroup([shared], 7), new RuleGroup([own, shared], 7), new RuleGroup([own], 1));
        verdicts.Select(static v => v.Passed).ShouldBe([7, 3, 1]);
        verdicts[1].RefusingRule.ShouldBe(1);
        verdicts[1].Sums.ShouldBe([3, 10]);
        verdicts[2].Sums.ShouldBe([4]);
        (await windows.CountAsync([own])).Sums.ShouldBe([5]);
    }

    [Fact]
    public async Task Count_LimitOfZero_RefusesForAWholeWindow()
    {
        await using var windows = await OpenAsync();
        var refused = await windows.CountAsync([RuleOf(0, 60)]);
        refused.Passed.ShouldBe(0);
        refused.RetryMs.ShouldBe(60_000);
    }

    [Fact]
    public async Task Count_ScriptForgottenByTheStore_IsLoadedAgain()
    {
        await using var windows = await OpenAsync();
        Rule[] rules = [RuleOf(5, 60)];
        (await windows.CountAsync(rules)).Passed.ShouldBe(1);
        await windows.ForgetScriptsAsync();
        (await windows.CountAsync(rules)).Sums.ShouldBe([2]);
    }

    private static Rule RuleOf(long limit, int windowSecs, Guid? org = null)
    {
        var now = DateTimeOffset.UtcNow;
        return new Rule(Guid.NewGuid(), org ?? Guid.NewGuid(), "user", Guid.NewGuid().ToString(), "ai_gateway", "requests", windowSecs, limit, true, null, null, now, now);
    }

    private async Task<OpenWindows> OpenAsync()
    {
        var redis = await ConnectionMultiplexer.ConnectAsync(await stores.RedisAsync() + ",allowAdmin=true");
        redis.PreserveAsyncOrder = false;
        return new OpenWindows(redis);
    }

    private sealed class OpenWindows(ConnectionMultiplexer redis) : IAsyncDisposable
    {
        private readonly SlidingWindows _windows = new(redis);

        public async Task<GroupVerdict> CountAsync(Rule[] rules, int requests = 1) => (await CountAsync(new RuleGroup(rules, requests)))[0];

        public Task<GroupVerdict[]> CountAsync(params RuleGroup[] groups) => _windows.CountAsync(groups, Deadline, TestContext.Current.CancellationToken);

        public Task ForgetScriptsAsync() => redis.GetServer(redis.GetEndPoints()[0]).ScriptFlushAsync();

        public async ValueTask DisposeAsync() => await redis.CloseAsync();
    }
}
