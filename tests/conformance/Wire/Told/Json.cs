using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>JSON in one notation: members by name, numbers by value.</summary>
internal static class Json
{
    public static string Canonical(JsonElement element)
    {
        var text = new StringBuilder();
        Append(element, text);
        return text.ToString();
    }

    /// <summary>Arguments may come as text; text that is no JSON stays as it is, none is an empty object.</summary>
    public static string Canonical(string json)
    {
        if (json.Length == 0) return "{}";
        try
        {
            using var document = JsonDocument.Parse(json);
            return Canonical(document.RootElement);
        }
        catch (JsonException)
        {
            return json;
        }
    }

    /// <summary>The type of a JSON value that says it in <c>type</c>.</summary>
    public static string TypeOf(JsonElement element) => TextOf(element, "type") ?? "";

    public static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Append(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var member in element.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    text.Append('"').Append(member.Name).Append("\":");
                    Append(member.Value, text);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in element.EnumerateArray())
                {
                    Append(item, text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValueKind.Number:
                text.Append(element.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            case JsonValueKind.String:
                text.Append('"').Append(element.GetString()).Append('"');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }
}

/// <summary>An object whose members are taken one by one; at the end what nobody took is unknown.</summary>
internal sealed class Members(JsonElement element, string path, List<string> unknown) : IDisposable
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public string Path => path;

    public JsonElement? Take(string name)
    {
        _taken.Add(name);
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public string? Text(string name) => Take(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public bool? Flag(string name) => Take(name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    public IEnumerable<JsonElement> Items(string name) => Take(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names) _taken.Add(name);
    }

    public void Dispose()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            unknown.Add(path);
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!_taken.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null) unknown.Add(path.Length == 0 ? member.Name : $"{path}.{member.Name}");
        }
    }
}
