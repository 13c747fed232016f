using System.Text.Json;

namespace ThinkWatch.ProviderSimulator.Serving;

/// <summary>Reading of JSON members that never throws for a wrong type.</summary>
internal static class Fields
{
    /// <summary>True for a string of that value; false, not an exception, for anything else.</summary>
    public static bool Is(this JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);

    /// <summary>The member; Undefined when it is absent or null.</summary>
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    public static bool Has(this JsonElement element, string name) => element.Member(name).ValueKind != JsonValueKind.Undefined;

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool? Flag(this JsonElement element, string name) => element.Member(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static int? Whole(this JsonElement element, string name) =>
        element.Member(name).AsWhole();

    /// <summary>A whole number that fits, or none.</summary>
    public static int? AsWhole(this JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    public static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) ? number : null;

    /// <summary>The items of an array; none for anything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static int Count(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : 0;

    /// <summary>A member that should not be there; null when there is none, or when it is no object at all.</summary>
    public static string? Unknown(this JsonElement element, IReadOnlySet<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                return member.Name;
        }

        return null;
    }
}
