using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.Settings;

namespace ThinkWatch.Libraries.Tests.Settings;

public sealed class SettingValuesTests
{
    private readonly SettingValues _values = new(NullLogger<SettingValues>.Instance);

    [Fact]
    public void Get_WithoutOverrides_IsTheDefault()
    {
        _values.Get(SettingsRegistry.Gateway.RetryMax).ShouldBe(2);
        _values.Get(SettingsRegistry.Audit.BodyMaxBytes).ShouldBe(262_144);
        _values.Get(SettingsRegistry.Auth.TrustedProxies).ShouldBeEmpty();
    }

    [Fact]
    public void Apply_PutsAllInForceAtOnce_AndForgetsWhatIsNoLongerThere()
    {
        var changes = 0;
        _values.Changed += () => changes++;
        _values.Apply(Overrides(("gateway.retry_max", "5"), ("auth.trusted_proxies", """["10.0.0.0/8"]""")));
        _values.Get(SettingsRegistry.Gateway.RetryMax).ShouldBe(5);
        _values.Get(SettingsRegistry.Auth.TrustedProxies).ShouldBe(["10.0.0.0/8"]);
        _values.Apply(Overrides(("gateway.retry_max_ms", "9")));
        _values.Get(SettingsRegistry.Gateway.RetryMax).ShouldBe(2);
        changes.ShouldBe(2);
    }

    [Fact]
    public void Apply_WhatThisReleaseDoesNotUnderstand_LeavesTheDefault()
    {
        _values.Apply(Overrides(("gateway.retry_max", "\"many\""), ("gateway.retry_initial_ms", "{"), ("next.release", "1"), ("gateway.retry_max_ms", "77")));
        _values.Get(SettingsRegistry.Gateway.RetryMax).ShouldBe(2);
        _values.Get(SettingsRegistry.Gateway.RetryInitialMs).ShouldBe(250);
        _values.Get(SettingsRegistry.Gateway.RetryMaxMs).ShouldBe(77);
    }

    private static IEnumerable<KeyValuePair<string, string>> Overrides(params (string Key, string Json)[] items) =>
        items.Select(static item => KeyValuePair.Create(item.Key, item.Json));
}
