using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>The script that counts, on the real engine.</summary>
public sealed class CheckScriptTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Count_64ConcurrentCallersOn100Requests_ExactlyHundredPass()
    {
        await using var windows = await OpenAsync();
        Meter[] rules = [RuleOf(100, 3600)];
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
        refused.Refusing.ShouldBe(narrow);
        refused.Current.ShouldBe(1);
        refused.RetryMs.ShouldBeInRange(1, 60_000);
        (await windows.CountAsync([wide])).Sums.ShouldBe([2]);
    }

    [Fact]
    public async Task Count_WhenTheOldestBucketRunsOut_PassesAgain()
    {
        await using var windows = await OpenAsync();
        Meter[] rules = [RuleOf(3, 1)];
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
        verdict.Refusing.ShouldBe(narrow);
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
        var verdicts = await windows.CountAsync(([shared], 7), ([own, shared], 7), ([own], 1));
        verdicts.Select(static v => v.Passed).ShouldBe([7, 3, 1]);
        verdicts[1].Refusing.ShouldBe(shared);
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
        Meter[] rules = [RuleOf(5, 60)];
        (await windows.CountAsync(rules)).Passed.ShouldBe(1);
        await windows.ForgetScriptsAsync();
        (await windows.CountAsync(rules)).Sums.ShouldBe([2]);
    }

    private static Meter RuleOf(long limit, int windowSecs, Guid? org = null) =>
        new(org ?? Guid.NewGuid(), $"user:{Guid.NewGuid()}:ai_gateway:requests:{windowSecs}", "user:requests", Metric.Requests, windowSecs, null, limit, Strict: false);

    private async Task<OpenWindows> OpenAsync() => new(await OpenLimits.OpenAsync(await stores.RedisAsync()));

    private sealed class OpenWindows(OpenLimits limits) : IAsyncDisposable
    {
        public async Task<GroupVerdict> CountAsync(Meter[] rules, int requests = 1) => (await CountAsync((rules, requests)))[0];

        public Task<GroupVerdict[]> CountAsync(params (Meter[] Rules, int Requests)[] groups) => limits.Script.CheckAsync(
            groups[0].Rules[0].OrgId,
            [.. groups.Select(static group => new CheckGroup([.. group.Rules.Select(static rule => new Share(rule, 1, 1, 1))], [], null, group.Requests))],
            OpenLimits.Deadline,
            TestContext.Current.CancellationToken);

        public Task ForgetScriptsAsync() => limits.ForgetScriptsAsync();

        public ValueTask DisposeAsync() => limits.DisposeAsync();
    }
}
