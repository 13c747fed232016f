using System.Text;
using System.Text.Json;
using ThinkWatch.AiGateway.Conversion;

namespace ThinkWatch.AiGateway.Formats;

/// <summary>
/// Reads JSON that others wrote. What a client sent wrongly is a <see cref="ConversionException"/> that names the parameter (<c>path</c> is its name for the
/// client); in a provider's answer (<c>…OrNull</c>) a wrong type reads as absent. JSON's null is always absent. Nothing here throws anything else:
/// JsonElement itself throws InvalidOperationException for escapes such as <c>\ud800</c> alone.
/// </summary>
internal static class JsonRead
{
    /// <summary>A member's value; null when the element is no object, or the member is absent or null.</summary>
    public static JsonElement? Member(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Another member's name is no valid Unicode: nobody who looks for a proper name misses it.
            return FindBySearch(element, name);
        }
    }

    /// <summary>The members with their names; a name that is no valid Unicode is the client's error.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement element, string path)
    {
        foreach (var member in element.EnumerateObject())
            yield return (NameOf(member) ?? throw new ConversionException($"Invalid name in '{path}': expected valid Unicode.", path), member.Value);
    }

    public static string? OptionalString(JsonElement element, string name, string path) =>
        element.Member(name) is { } value ? Text(value, path) : null;

    public static string RequiredString(JsonElement element, string name, string path) =>
        OptionalString(element, name, path) ?? throw Missing(path);

    public static double? OptionalNumber(JsonElement element, string name, string path)
    {
        if (element.Member(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw WrongType(path, "a number");
    }

    public static long? OptionalInteger(JsonElement element, string name, string path, long least = long.MinValue, long most = long.MaxValue)
    {
        if (element.Member(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !TryInteger(value, out var number))
            throw WrongType(path, "an integer");
        return number >= least && number <= most ? number : throw Invalid(path, $"expected an integer between {least} and {most}.");
    }

    public static bool? OptionalBoolean(JsonElement element, string name, string path) => element.Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw WrongType(path, "a boolean"),
    };

    public static JsonElement? OptionalObject(JsonElement element, string name, string path) =>
        element.Member(name) is not { } value ? null : value.ValueKind == JsonValueKind.Object ? value : throw WrongType(path, "an object");

    public static JsonElement? OptionalArray(JsonElement element, string name, string path) =>
        element.Member(name) is not { } value ? null : value.ValueKind == JsonValueKind.Array ? value : throw WrongType(path, "an array");

    /// <summary>The element itself must be an object.</summary>
    public static JsonElement Object(JsonElement value, string path) => value.ValueKind == JsonValueKind.Object ? value : throw WrongType(path, "an object");

    /// <summary>The element itself must be a string of valid Unicode.</summary>
    public static string Text(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw WrongType(path, "a string");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw WrongType(path, "a string of valid Unicode");
        }
    }

    public static ConversionException Missing(string path) => new($"Missing required parameter: '{path}'.", path);

    public static ConversionException WrongType(string path, string expected) => new($"Invalid type for '{path}': expected {expected}.", path);

    public static ConversionException Invalid(string path, string why) => new($"Invalid value for '{path}': {why}", path);

    /// <summary>A provider's string member. Text that is no valid Unicode is repaired with U+FFFD.</summary>
    public static string? StringOrNull(this JsonElement element, string name) => element.Member(name) is { } value ? value.StringOrNull() : null;

    public static string? StringOrNull(this JsonElement value) => value.LooseStringOrNull() is { } text ? Repaired(text) : null;

    /// <summary>
    /// A provider's string with surrogates as they stand in its escapes, paired or not: a stream may cut a character between two events.
    /// Callers join the pieces, or call <see cref="Repaired"/>.
    /// </summary>
    public static string? LooseStringOrNull(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return Unescape(value.GetRawText().AsSpan()[1..^1]);
        }
    }

    /// <summary>A provider's count; absent, negative or no integer: 0.</summary>
    public static long CountOrZero(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value && TryInteger(value, out var number) ? Math.Max(0, number) : 0;

    /// <summary>A provider's members with such names as are valid Unicode; none when it is no object.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> NamedMembers(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var member in element.EnumerateObject())
        {
            if (NameOf(member) is { } name)
                yield return (name, member.Value);
        }
    }

    public static JsonElement? ObjectOrNull(this JsonElement element, string name) => element.Member(name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    /// <summary>The elements of a provider's array member; none when it is no array.</summary>
    public static IEnumerable<JsonElement> ItemsOrNone(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : Enumerable.Empty<JsonElement>();

    /// <summary>Every surrogate without its other half becomes U+FFFD.</summary>
    public static string Repaired(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static bool TryInteger(JsonElement value, out long number)
    {
        if (value.TryGetInt64(out number))
            return true;

        // 1e3 and 5.0 are integers too, in JSON.
        var isWhole = value.TryGetDouble(out var real) && Math.Floor(real) == real && Math.Abs(real) < 9e15;
        number = isWhole ? (long)real : 0;
        return isWhole;
    }

    private static JsonElement? FindBySearch(JsonElement element, string name)
    {
        JsonElement? found = null;
        foreach (var member in element.EnumerateObject())
        {
            if (NameOf(member) == name)
                found = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value;
        }

        return found;
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture));
                i += 4;
                continue;
            }

            text.Append(raw[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', var other => other });
        }

        return text.ToString();
    }
}
