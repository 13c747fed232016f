using System.Collections.Concurrent;
using ThinkWatch.Settings;

namespace ThinkWatch.ManagementApi;

/// <summary>
/// Management calls per key and minute (<c>api_keys.console_requests_per_min</c>), counted in this process. Any number of threads. A fresh table each
/// minute bounds its size.
/// </summary>
internal sealed class KeyThrottle(ISettings? settings, TimeProvider time)
{
    private const int MostKeys = 100_000;
    private volatile Window _window = new(0);

    /// <summary>Counts a call. Null: go on; otherwise how long to wait.</summary>
    public TimeSpan? Enter(string keyId)
    {
        var now = time.GetUtcNow();
        var minute = now.ToUnixTimeSeconds() / 60;
        var window = _window;
        if (window.Minute != minute)
            _window = window = new Window(minute);
        if (window.Counts.Count >= MostKeys && !window.Counts.ContainsKey(keyId))
            return null;
        var count = window.Counts.AddOrUpdate(keyId, 1, static (_, seen) => seen + 1);
        var limit = settings?.Get(SettingsRegistry.ApiKeys.ConsoleRequestsPerMin) ?? SettingsRegistry.ApiKeys.ConsoleRequestsPerMin.Default;
        return count <= limit ? null : DateTimeOffset.FromUnixTimeSeconds((minute + 1) * 60) - now;
    }

    private sealed record Window(long Minute)
    {
        public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);
    }
}
