using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ThinkWatch.Settings;

/// <summary>Every setting's value, parsed once. One writer, many readers; swapped atomically.</summary>
public sealed partial class SettingValues(ILogger<SettingValues> logger) : ISettings
{
    private volatile object[] _values = [.. SettingsRegistry.All.Select(static setting => setting.BoxedDefault)];

    public event Action? Changed;

    public T Get<T>(Setting<T> setting)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(setting);
        return (T)_values[setting.Index];
    }

    /// <summary>Puts in force what differs from the defaults: key → JSON value.</summary>
    public void Apply(IEnumerable<KeyValuePair<string, string>> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        object[] values = [.. SettingsRegistry.All.Select(static setting => setting.BoxedDefault)];
        foreach (var (key, json) in overrides)
        {
            // Another release's setting is not this one's business.
            if (!SettingsRegistry.ByKey.TryGetValue(key, out var setting))
                continue;
            if (Read(setting, json, out values[setting.Index]) is { } wrong)
                LogUnusable(key, wrong);
        }

        _values = values;
        Changed?.Invoke();
    }

    private static string? Read(Setting setting, string json, out object value)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return setting.TryRead(document.RootElement, out value);
        }
        catch (JsonException)
        {
            value = setting.BoxedDefault;
            return "is not JSON";
        }
    }

    [LoggerMessage(LogLevel.Warning, "Setting {Key} {Wrong}: its default is in force")]
    private partial void LogUnusable(string key, string wrong);
}
