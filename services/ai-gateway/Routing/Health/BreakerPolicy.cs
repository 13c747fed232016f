using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Routing.Health;

/// <summary>When a route is given a rest (settings <c>gateway.cb_*</c>).</summary>
/// <param name="ErrorPercent">Share of failed attempts in the window from which it opens.</param>
/// <param name="MinSamples">Fewer attempts than this say nothing.</param>
/// <param name="Window">How far back attempts count.</param>
/// <param name="Rest">How long nothing is sent before it is probed.</param>
internal readonly record struct BreakerPolicy(bool Enabled, int ErrorPercent, int MinSamples, TimeSpan Window, TimeSpan Rest)
{
    /// <summary>That many probes in a row must succeed before it closes.</summary>
    public const int Probes = 3;

    public static BreakerPolicy Of(ISettings settings) => new(
        settings.Get(SettingsRegistry.Gateway.BreakerEnabled),
        settings.Get(SettingsRegistry.Gateway.BreakerErrorPercent),
        settings.Get(SettingsRegistry.Gateway.BreakerMinSamples),
        TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Gateway.BreakerWindowSecs)),
        TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Gateway.BreakerOpenSecs)));
}

/// <summary>The number is what <c>circuit_breaker_state</c> shows.</summary>
internal enum BreakerState
{
    Closed = 0,

    /// <summary>One probe at a time.</summary>
    HalfOpen = 1,

    /// <summary>Nothing is sent.</summary>
    Open = 2,
}
