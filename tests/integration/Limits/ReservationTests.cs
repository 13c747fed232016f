using ThinkWatch.Contracts.Limits;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Candidates, reservations and what becomes of them, on the real engine.</summary>
public sealed class ReservationTests(EmbeddedStores stores)
{
    private const string UserTokens = "user:ada:ai_gateway:tokens:3600";
    private const string UserBudget = "user:ada:budget:daily:tokens";

    private static readonly Candidate First = new() { ProviderId = "p1", RouteId = "r1", RpmCap = 2 };
    private static readonly Candidate Second = new() { ProviderId = "p2", RouteId = "r2", RpmCap = 1 };

    [Fact]
    public async Task Check_CapOfARouteReached_TheNextIsTakenAndTheFirstNamed()
    {
        await using var limits = await OpenAsync();
        (await limits.CheckAsync(limits.Call(candidates: [First, Second]))).Candidate.ShouldBe(0);
        (await limits.CheckAsync(limits.Call(candidates: [First, Second]))).Candidate.ShouldBe(0);
        var third = await limits.CheckAsync(limits.Call(candidates: [First, Second]));
        third.Allowed.ShouldBeTrue();
        third.Candidate.ShouldBe(1);
        third.Excluded.ShouldBe([new Exclusion { Candidate = 0, Label = "route:requests/1m" }]);

        var fourth = await limits.CheckAsync(limits.Call(candidates: [First, Second]));
        fourth.Allowed.ShouldBeFalse();
        fourth.Refusal.Label.ShouldBe("route:requests/1m");
        fourth.Refusal.RetryAfterMs.ShouldBeInRange(1, 60_000);
        fourth.Excluded.Count.ShouldBe(2);
        (await limits.SumAsync("route:r1:ai_gateway:requests:60")).ShouldBe(2);
        (await limits.SumAsync("route:r2:ai_gateway:requests:60")).ShouldBe(1);
    }

    [Fact]
    public async Task Check_EveryCandidateCapped_CommonRulesAreNotCounted()
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Rule("requests", 100)]);
        (await limits.CheckAsync(limits.Call(candidates: [Second]))).Allowed.ShouldBeTrue();
        (await limits.CheckAsync(limits.Call(candidates: [Second]))).Allowed.ShouldBeFalse();
        (await limits.SumAsync("user:ada:ai_gateway:requests:3600")).ShouldBe(1);
    }

    [Fact]
    public async Task Check_TokensPerMinuteCap_CountsTheEstimateUntilItIsSettled()
    {
        await using var limits = await OpenAsync();
        var capped = new Candidate { ProviderId = "p", RouteId = "r", TpmCap = 100 };
        var call = limits.Call(tokens: 150, candidates: [capped]);
        (await limits.CheckAsync(call)).Reserved.ShouldBeTrue();
        (await limits.CheckAsync(limits.Call(tokens: 1, candidates: [capped]))).Refusal.Label.ShouldBe("route:tokens/1m");
        (await limits.SettleAsync(call, tokens: 40)).ShouldBeTrue();
        (await limits.CheckAsync(limits.Call(tokens: 1, candidates: [capped]))).Allowed.ShouldBeTrue();
        (await limits.SumAsync("route:r:ai_gateway:tokens:60")).ShouldBe(41);
    }

    [Fact]
    public async Task Move_ToAnotherRoute_GivesBackTheOldOnesPart()
    {
        await using var limits = await OpenAsync();
        var call = limits.Call(candidates: [First, Second]);
        await limits.CheckAsync(call);
        (await limits.MoveAsync(call, Second)).Allowed.ShouldBeTrue();
        (await limits.SumAsync("route:r1:ai_gateway:requests:60")).ShouldBe(0);
        (await limits.SumAsync("route:r2:ai_gateway:requests:60")).ShouldBe(1);

        var other = limits.Call(candidates: [First, Second]);
        await limits.CheckAsync(other);
        var refused = await limits.MoveAsync(other, Second);
        refused.Allowed.ShouldBeFalse();
        refused.Refusal.Label.ShouldBe("route:requests/1m");
        (await limits.SumAsync("route:r1:ai_gateway:requests:60")).ShouldBe(1);
        (await limits.SumAsync("route:r2:ai_gateway:requests:60")).ShouldBe(1);
    }

    [Fact]
    public async Task Move_FromARouteWithoutCapsToOneWithThem_IsCountedThere()
    {
        await using var limits = await OpenAsync();
        var call = limits.Call(candidates: [new Candidate { ProviderId = "p", RouteId = "open" }, Second]);
        (await limits.CheckAsync(call)).Reserved.ShouldBeTrue();
        (await limits.MoveAsync(call, Second)).Allowed.ShouldBeTrue();
        (await limits.SumAsync("route:r2:ai_gateway:requests:60")).ShouldBe(1);
    }

    [Fact]
    public async Task Settle_Twice_CountsOnce()
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Rule("tokens", 1000), limits.Budget("tokens", 1000)]);
        var call = limits.Call(tokens: 300);
        (await limits.CheckAsync(call)).Reserved.ShouldBeTrue();
        (await limits.SumAsync(UserTokens)).ShouldBe(300);
        (await limits.SumAsync(UserBudget)).ShouldBe(0);

        (await limits.SettleAsync(call, tokens: 120)).ShouldBeTrue();
        (await limits.SettleAsync(call, tokens: 120)).ShouldBeFalse();
        (await limits.SumAsync(UserTokens)).ShouldBe(120);
        (await limits.SumAsync(UserBudget)).ShouldBe(120);
    }

    [Fact]
    public async Task Settle_CallThatReachedNoProvider_GivesTheCandidatesRequestBack()
    {
        await using var limits = await OpenAsync();
        var call = limits.Call(candidates: [Second]);
        await limits.CheckAsync(call);
        (await limits.SettleAsync(call, tokens: 0, settle => settle.NotCalled = true)).ShouldBeTrue();
        (await limits.SumAsync("route:r2:ai_gateway:requests:60")).ShouldBe(0);
    }

    [Fact]
    public async Task Settle_UsageUnknown_WhatWasReservedStands()
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Rule("tokens", 1000), limits.Budget("tokens", 1000)]);
        var call = limits.Call(tokens: 300);
        await limits.CheckAsync(call);
        (await limits.SettleAsync(call, tokens: 0, settle => settle.Unknown = true)).ShouldBeTrue();
        (await limits.SumAsync(UserTokens)).ShouldBe(300);
        (await limits.SumAsync(UserBudget)).ShouldBe(300);
    }

    [Fact]
    public async Task Settle_CallThatWasNeverReserved_IsDebitedOnceFromItsSubjects()
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Rule("tokens", 1000), limits.Budget("usd", 1000)]);
        var call = limits.Call();
        for (var i = 0; i < 2; i++)
        {
            (await limits.SettleAsync(call, tokens: 70, settle =>
            {
                settle.Call = call;
                settle.Late = true;
                settle.CreatedAtMs = DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeMilliseconds();
            })).ShouldBe(i == 0);
        }

        (await limits.SumAsync(UserTokens)).ShouldBe(70);
        (await limits.SumAsync("user:ada:budget:daily:usd")).ShouldBe(DateTime.UtcNow.TimeOfDay < TimeSpan.FromMinutes(10) ? 0 : 70);
    }

    [Fact]
    public async Task Sweep_LeaseEnded_ReleasesAndALateSettlementStillCounts()
    {
        await using var limits = await OpenLimits.OpenAsync(await stores.RedisAsync(), lease: TimeSpan.FromSeconds(3));
        limits.Rules.Replace([limits.Budget("tokens", 1000, mode: "strict")]);
        var call = limits.Call(tokens: 300, bound: 800);
        (await limits.CheckAsync(call)).Allowed.ShouldBeTrue();
        (await limits.CheckAsync(limits.Call(tokens: 300, bound: 800))).Refusal.Label.ShouldBe("user:budget/daily");
        await Task.Delay(3100, TestContext.Current.CancellationToken);
        await limits.Sweeper.SweepAsync(limits.OrgId, TestContext.Current.CancellationToken);
        (await limits.SumAsync(UserBudget)).ShouldBe(0);
        (await limits.SettleAsync(call, tokens: 120)).ShouldBeTrue();
        (await limits.SumAsync(UserBudget)).ShouldBe(120);
    }

    [Fact]
    public async Task Check_StrictBudgetAndNobodyKnowsTheMost_IsRefusedWithTheReason()
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Budget("usd", 1000, mode: "strict")]);
        var refused = await limits.CheckAsync(limits.Call(tokens: 1));
        refused.Allowed.ShouldBeFalse();
        refused.Strict.ShouldBeTrue();
        refused.Refusal.Reason.ShouldBe("unbounded");
    }

    [Fact]
    public async Task Check_UnpricedModelUnderAUsdBudget_IsRefusedWhenTheSettingSaysSo()
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Budget("usd", 1000)]);
        var call = limits.Call(tokens: 1);
        call.Estimate.Unpriced = true;
        (await limits.CheckAsync(call)).Allowed.ShouldBeTrue();
        limits.DeniesUnpriced = true;
        (await limits.CheckAsync(call)).Refusal.Reason.ShouldBe("unpriced");
    }

    [Theory]
    [InlineData("user", "ada")]
    [InlineData("api_key", "key")]
    [InlineData("team", "t1")]
    [InlineData("role", "r1")]
    [InlineData("model", "model")]
    [InlineData("provider", "p9")]
    public async Task Check_RuleOfASubject_RefusesWithItsLabel(string kind, string id)
    {
        await using var limits = await OpenAsync();
        limits.Rules.Replace([limits.Rule("requests", 0, kind: kind, id: id)]);
        var call = limits.Call(candidates: [new Candidate { ProviderId = "p9", RouteId = "x" }]);
        call.TeamIds.Add("t1");
        call.RoleIds.Add("r1");
        (await limits.CheckAsync(call)).Refusal.Label.ShouldBe($"{kind}:requests/1h");
    }

    private async Task<OpenLimits> OpenAsync() => await OpenLimits.OpenAsync(await stores.RedisAsync());
}
