using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Tests.Rules;

public sealed class ActiveRulesTests
{
    private static readonly Guid Org = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private const string Surface = "ai_gateway";
    private static readonly RuleSubject Ada = new(Org, "user", "ada");
    private readonly SettableTime _time = new() { Now = DateTimeOffset.UnixEpoch };

    [Theory]
    [InlineData(60, "user:requests/1m")]
    [InlineData(300, "user:requests/5m")]
    [InlineData(3600, "user:requests/1h")]
    [InlineData(18000, "user:requests/5h")]
    [InlineData(86400, "user:requests/1d")]
    [InlineData(604800, "user:requests/1w")]
    public void Label_OfAWindow_IsSpelledAsRefusalsNameIt(int seconds, string label) => RuleOf(seconds).Label.ShouldBe(label);

    [Fact]
    public void CounterKey_OfTwoOrganisations_DiffersAndKeepsEachOnOneClusterSlot()
    {
        var key = RuleOf(60).MeterOf("user", "ada").Key;
        key.ShouldNotBe(RuleOf(60, Guid.NewGuid()).MeterOf("user", "ada").Key);
        key.ShouldContain($"{{{Org:N}}}");
    }

    [Fact]
    public void Collect_RulesOfASubject_AreTheEnabledOnesOfItsSurfaceAndOrganisation()
    {
        var active = new ActiveRules(_time);
        active.IsLoaded.ShouldBeFalse();
        active.Replace(
        [
            RuleOf(3600),
            RuleOf(60),
            RuleOf(300) with { Enabled = false },
            RuleOf(300) with { Surface = "mcp_gateway" },
            RuleOf(300) with { SubjectId = "bob" },
            RuleOf(300) with { OrgId = Guid.NewGuid() },
        ]);
        active.IsLoaded.ShouldBeTrue();
        Collected(active).ShouldBe([60, 3600]);
    }

    [Fact]
    public void Collect_Override_ReplacesItsSlotUntilItEnds()
    {
        var active = new ActiveRules(_time);
        active.Replace([RuleOf(60), RuleOf(60) with { MaxCount = 99, ExpiresAt = DateTimeOffset.UnixEpoch.AddMinutes(1) }]);
        Limits(active).ShouldBe([99]);
        _time.Now = DateTimeOffset.UnixEpoch.AddMinutes(1);
        Limits(active).ShouldBe([10]);
    }

    [Fact]
    public void CollectRole_SlotThatTheUserHasOfItsOwn_GivesWay()
    {
        var active = new ActiveRules(_time);
        active.Replace(
        [
            RuleOf(60),
            RuleOf(60) with { SubjectKind = "role", SubjectId = "wide", MaxCount = 1 },
            RuleOf(300) with { SubjectKind = "role", SubjectId = "wide", MaxCount = 50 },
            RuleOf(300) with { Id = Guid.NewGuid(), SubjectKind = "role", SubjectId = "narrow", MaxCount = 5 },
        ]);
        var found = new List<AppliedLimit>();
        active.Collect(Ada, Surface, found);
        foreach (var role in (string[])["wide", "narrow"]) active.CollectRole(new RuleSubject(Org, "role", role), "ada", Surface, found, own: 1);
        found.Select(static f => f.Meter.Limit).ShouldBe([10, 5]);

        // A role's limit is counted for each user apart.
        found[1].Meter.Counter.ShouldBe("user:ada:ai_gateway:requests:300");
        found[1].Meter.Label.ShouldBe("role:requests/5m");
    }

    [Fact]
    public void BudgetOf_ACounter_IsTheBudgetCountedThere()
    {
        var active = new ActiveRules(_time);
        var budget = new Budget(Guid.NewGuid(), Org, "model", "a:b", "weekly", "usd", 7, "soft", true, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        active.Replace([budget]);
        active.BudgetOf(Org, "model:a:b:budget:weekly:usd")!.Value.Limit.ShouldBe(budget);
        active.BudgetOf(Org, "model:a:b:budget:daily:usd").ShouldBeNull();
        active.BudgetOf(Org, "user:ada:ai_gateway:requests:60").ShouldBeNull();
    }

    private static int[] Collected(ActiveRules active) => [.. Found(active).Select(static f => f.Meter.WindowSecs).Order()];

    private static long[] Limits(ActiveRules active) => [.. Found(active).Select(static f => f.Meter.Limit)];

    private static List<AppliedLimit> Found(ActiveRules active)
    {
        var found = new List<AppliedLimit>();
        active.Collect(Ada, Surface, found);
        return found;
    }

    private static Rule RuleOf(int seconds, Guid? org = null) => new(
        Guid.NewGuid(), org ?? Org, Ada.Kind, Ada.Id, Surface, "requests", seconds, 10, true, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
