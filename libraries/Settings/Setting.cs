using System.Text.Json;
using System.Text.Json.Nodes;

namespace ThinkWatch.Settings;

/// <summary>One thing that an operator may change at run time: its name, what it may be, and what it is when nobody has said anything.</summary>
public abstract class Setting
{
    private protected Setting(string key, string tab, string type, string description)
    {
        Key = key;
        Tab = tab;
        Type = type;
        Description = description;
    }

    /// <summary><c>category.name</c>.</summary>
    public string Key { get; }

    public string Category => Key[..Key.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>The console's tab: general | authentication | gateway | security | api_keys | audit | mcp.</summary>
    public string Tab { get; }

    /// <summary>integer | boolean | text | choice | text_list.</summary>
    public string Type { get; }

    public string Description { get; }

    public long? Minimum { get; internal init; }

    public long? Maximum { get; internal init; }

    public IReadOnlyList<string>? Choices { get; internal init; }

    public abstract JsonNode? DefaultJson { get; }

    internal int Index { get; set; } = -1;

    internal abstract object BoxedDefault { get; }

    /// <summary>What is wrong with the value, in words for the operator; null when it may be stored.</summary>
    public string? Validate(JsonElement value) => TryRead(value, out _);

    /// <summary>Null and the value, or what is wrong with it.</summary>
    internal abstract string? TryRead(JsonElement json, out object value);
}

/// <summary>A setting as code reads it: <c>settings.Get(SettingsRegistry.Gateway.RequestTimeoutSecs)</c>.</summary>
public sealed class Setting<T> : Setting
    where T : notnull
{
    private readonly Reader _read;

    internal Setting(string key, string tab, string type, T defaultValue, string description, Reader read)
        : base(key, tab, type, description)
    {
        Default = defaultValue;
        BoxedDefault = defaultValue;
        _read = read;
    }

    internal delegate string? Reader(JsonElement json, out T value);

    public T Default { get; }

    public override JsonNode? DefaultJson => JsonSerializer.SerializeToNode(Default);

    internal override object BoxedDefault { get; }

    internal override string? TryRead(JsonElement json, out object value)
    {
        var error = _read(json, out var typed);
        value = error is null ? typed : BoxedDefault;
        return error;
    }
}
