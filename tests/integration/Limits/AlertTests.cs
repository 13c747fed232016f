using System.Diagnostics.Metrics;
using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.Limits;

/// <summary>Which alerts of budgets are raised, and how often, over replicas and periods.</summary>
public sealed class AlertTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Threshold_PassedOnTwoReplicas_IsRaisedOnceAPeriod()
    {
        var time = new SetTime { Now = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero) };
        await using var one = await OpenLimits.OpenAsync(await stores.RedisAsync(), time: time);
        await using var two = await OpenLimits.OpenAsync(await stores.RedisAsync(), one.OrgId, time: time);
        using var raised = new Raised(one, two);
        var budget = one.Budget("tokens", 100);
        one.Rules.Replace([budget]);
        two.Rules.Replace([budget]);

        await SpendAsync(one, 60);
        raised.Thresholds.ShouldBe(["50"]);
        await SpendAsync(two, 1);
        raised.Thresholds.ShouldBe(["50"], "the other replica finds it said");
        await SpendAsync(two, 60);
        raised.Thresholds.ShouldBe(["50", "80", "95", "100"], "all that a jump passes, together");
        await SpendAsync(one, 1, isRefused: true);
        raised.Thresholds.Count.ShouldBe(4);

        time.Now = time.Now.AddDays(1);
        await SpendAsync(one, 81);
        raised.Thresholds.ShouldBe(["50", "80", "95", "100", "50", "80"]);
    }

    [Fact]
    public async Task Budget_OfARole_AlertsForEachHolderApart()
    {
        await using var limits = await OpenLimits.OpenAsync(await stores.RedisAsync());
        using var raised = new Raised(limits);
        limits.Rules.Replace([limits.Budget("tokens", 100, kind: "role", id: "everybody")]);

        foreach (var user in new[] { "ada", "grace" })
        {
            var call = limits.Call();
            call.UserId = user;
            call.RoleIds.Add("everybody");
            (await limits.CheckAsync(call)).Allowed.ShouldBeTrue();
            await limits.SettleAsync(call, 55);
        }

        raised.Thresholds.ShouldBe(["50", "50"]);
    }

    [Fact]
    public async Task Override_ThatHasEnded_IsNotWhatAlertsAreMeasuredBy()
    {
        var time = new SetTime { Now = new DateTimeOffset(2026, 3, 4, 12, 0, 0, TimeSpan.Zero) };
        await using var limits = await OpenLimits.OpenAsync(await stores.RedisAsync(), time: time);
        using var raised = new Raised(limits);
        limits.Rules.Replace([limits.Budget("tokens", 100), limits.Budget("tokens", 10_000) with { ExpiresAt = time.Now.AddHours(1) }]);

        await SpendAsync(limits, 60);
        raised.Thresholds.ShouldBeEmpty();
        time.Now = time.Now.AddHours(2);
        await SpendAsync(limits, 1);
        raised.Thresholds.ShouldBe(["50"]);
    }

    private static async Task SpendAsync(OpenLimits limits, long tokens, bool isRefused = false)
    {
        var call = limits.Call();
        (await limits.CheckAsync(call)).Allowed.ShouldBe(!isRefused);
        if (!isRefused) await limits.SettleAsync(call, tokens);
    }

    /// <summary>What these replicas count as raised, in order.</summary>
    private sealed class Raised : IDisposable
    {
        private readonly MeterListener _listener = new();

        public Raised(params OpenLimits[] replicas)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "gateway_budget_alert_total" && replicas.Any(r => ReferenceEquals(instrument.Meter.Scope, r.Meters))) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag.Key == "threshold_pct") Thresholds.Add($"{tag.Value}");
                }
            });
            _listener.Start();
        }

        public List<string> Thresholds { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
