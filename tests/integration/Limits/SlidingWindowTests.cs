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
                if ((await windows.CountAsync(rules)).Allowed) passed++;
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
        (await windows.CountAsync([wide, narrow])).Counts.ShouldBe([1, 1]);
        var refused = await windows.CountAsync([wide, narrow]);
        refused.Allowed.ShouldBeFalse();
        refused.Rule.ShouldBe(1);
        refused.Current.ShouldBe(1);
        refused.RetryMs.ShouldBeInRange(1, 60_000);
        (await windows.CountAsync([wide])).Counts.ShouldBe([2]);
    }

    [Fact]
    public async Task Count_WhenTheOldestBucketRunsOut_PassesAgain()
    {
        await using var windows = await OpenAsync();
        Rule[] rules = [RuleOf(3, 1)];
        for (var i = 0; i < 3; i++) (await windows.CountAsync(rules)).Allowed.ShouldBeTrue();
        var refused = await windows.CountAsync(rules);
        refused.Allowed.ShouldBeFalse();

        // The window slides on the store's own clock: the answer says how long that takes.
        await Task.Delay(TimeSpan.FromMilliseconds(refused.RetryMs + 20), TestContext.Current.CancellationToken);
        (await windows.CountAsync(rules)).Allowed.ShouldBeTrue();
    }

    [Fact]
    public async Task Count_LimitOfZero_RefusesForAWholeWindow()
    {
        await using var windows = await OpenAsync();
        var refused = await windows.CountAsync([RuleOf(0, 60)]);
        refused.Allowed.ShouldBeFalse();
        refused.RetryMs.ShouldBe(60_000);
    }

    [Fact]
    public async Task Count_ScriptForgottenByTheStore_IsLoadedAgain()
    {
        await using var windows = await OpenAsync();
        Rule[] rules = [RuleOf(5, 60)];
        (await windows.CountAsync(rules)).Allowed.ShouldBeTrue();
        await windows.ForgetScriptsAsync();
        (await windows.CountAsync(rules)).Counts.ShouldBe([2]);
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

        public Task<WindowVerdict> CountAsync(Rule[] rules) => _windows.CountAsync(rules, Deadline, TestContext.Current.CancellationToken);

        public Task ForgetScriptsAsync() => redis.GetServer(redis.GetEndPoints()[0]).ScriptFlushAsync();

        public async ValueTask DisposeAsync() => await redis.CloseAsync();
    }
}
