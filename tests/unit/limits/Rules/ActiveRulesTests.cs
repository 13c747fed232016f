using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Tests.Rules;

public sealed class ActiveRulesTests
{
    private static readonly Guid Org = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly RuleSubject Ada = new(Org, "user", "ada", "ai_gateway");
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
        var key = RuleOf(60).CounterKey;
        key.ShouldNotBe(RuleOf(60, Guid.NewGuid()).CounterKey);
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
    public void Collect_Override_EndsAtItsTime()
    {
        var active = new ActiveRules(_time);
        active.Replace([RuleOf(60) with { ExpiresAt = DateTimeOffset.UnixEpoch.AddMinutes(1) }]);
        Collected(active).ShouldBe([60]);
        _time.Now = DateTimeOffset.UnixEpoch.AddMinutes(1);
        Collected(active).ShouldBeEmpty();
    }

    private static int[] Collected(ActiveRules active)
    {
        var rules = new List<Rule>();
        active.Collect(Ada, rules);
        return [.. rules.Select(static r => r.WindowSecs)];
    }

    private static Rule RuleOf(int seconds, Guid? org = null) => new(
        Guid.NewGuid(), org ?? Org, Ada.Kind, Ada.Id, Ada.Surface, "requests", seconds, 10, true, null, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
