using System.Text.Json;

namespace ThinkWatch.Settings;

/// <summary>The kinds of settings there are, each with its check.</summary>
internal static class SettingKinds
{
    private const int MaximumItems = 256;

    public static Setting<int> Integer(string key, string tab, int defaultValue, int minimum, int maximum, string description) =>
        new(key, tab, "integer", defaultValue, description, (JsonElement json, out int value) =>
        {
            var error = InRange(json, minimum, maximum, out var wide);
            value = (int)wide;
            return error;
        })
        { Minimum = minimum, Maximum = maximum };

    public static Setting<long> Wide(string key, string tab, long defaultValue, long minimum, long maximum, string description) =>
        new(key, tab, "integer", defaultValue, description, (JsonElement json, out long value) => InRange(json, minimum, maximum, out value))
        {
            Minimum = minimum,
            Maximum = maximum,
        };

    public static Setting<bool> Switch(string key, string tab, bool defaultValue, string description) =>
        new(key, tab, "boolean", defaultValue, description, static (JsonElement json, out bool value) =>
        {
            value = json.ValueKind == JsonValueKind.True;
            return json.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false";
        });

    public static Setting<string> Choice(string key, string tab, string defaultValue, string[] choices, string description) =>
        new(key, tab, "choice", defaultValue, description, (JsonElement json, out string value) =>
        {
            value = json.ValueKind == JsonValueKind.String ? json.GetString()! : "";
            return choices.Contains(value) ? null : $"must be one of {string.Join(", ", choices)}";
        })
        { Choices = choices };

    public static Setting<string> Text(string key, string tab, string defaultValue, int maximumLength, string description, Func<string, string?>? check = null) =>
        new(key, tab, "text", defaultValue, description, (JsonElement json, out string value) =>
        {
            value = json.ValueKind == JsonValueKind.String ? json.GetString()! : "";
            if (json.ValueKind != JsonValueKind.String)
                return "must be text";
            return value.Length > maximumLength ? $"must not be longer than {maximumLength} characters" : check?.Invoke(value);
        })
        { Maximum = maximumLength };

    public static Setting<IReadOnlyList<string>> TextList(string key, string tab, string description, Func<string, string?> check, IReadOnlyList<string>? defaults = null) =>
        new(key, tab, "text_list", defaults ?? [], description, (JsonElement json, out IReadOnlyList<string> value) =>
        {
            value = [];
            if (json.ValueKind != JsonValueKind.Array || json.EnumerateArray().Any(static item => item.ValueKind != JsonValueKind.String))
                return "must be a list of texts";
            string[] items = [.. json.EnumerateArray().Select(static item => item.GetString()!)];
            value = items;
            return items.Length > MaximumItems
                ? $"must not have more than {MaximumItems} items"
                : items.Select(item => check(item) is { } wrong ? $"{item}: {wrong}" : null).FirstOrDefault(static error => error is not null);
        });

    private static string? InRange(JsonElement json, long minimum, long maximum, out long value)
    {
        value = 0;
        if (json.ValueKind != JsonValueKind.Number || !json.TryGetInt64(out value))
            return "must be a whole number";
        return value < minimum || value > maximum ? $"must be between {minimum} and {maximum}" : null;
    }
}
