using ThinkWatch.Settings;

namespace ThinkWatch.Pipeline;

/// <summary>The settings that the shared stages obey, read afresh at every use.</summary>
public sealed class PipelinePolicy
{
    /// <summary><c>auth.stale_max_secs</c>: how long a known principal stays good while identity cannot be reached.</summary>
    public required Func<TimeSpan> StaleMax { get; init; }

    /// <summary><c>limits.timeout_ms</c>: the deadline of one check.</summary>
    public required Func<TimeSpan> LimitsTimeout { get; init; }

    /// <summary><c>security.rate_limit_fail_closed</c>: refuse what cannot be checked.</summary>
    public required Func<bool> LimitsFailClosed { get; init; }

    internal static PipelinePolicy Of(ISettings settings) => new()
    {
        StaleMax = () => TimeSpan.FromSeconds(settings.Get(SettingsRegistry.Auth.StaleMaxSecs)),
        LimitsTimeout = () => TimeSpan.FromMilliseconds(settings.Get(SettingsRegistry.Limits.TimeoutMs)),
        LimitsFailClosed = () => settings.Get(SettingsRegistry.Security.RateLimitFailClosed),
    };
}
