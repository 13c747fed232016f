using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ThinkWatch.Conformance.Tests.Wire;

/// <summary>Everything that a provider was told in one call, by value: where it stands is the format's own affair.</summary>
internal sealed class Received
{
    private const char Between = '\u0001';

    private readonly StringBuilder _texts = new();
    private readonly HashSet<string> _numbers = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string? _all;

    public Received(JsonElement body) => Add(body);

    public bool Holds(string text) => (_all ??= _texts.ToString()).Contains(text, StringComparison.Ordinal);

    public bool HoldsNumber(JsonElement number) => _numbers.Contains(Normal(number));

    /// <summary>A member of that name stands somewhere.</summary>
    public bool Names(string name) => _names.Contains(name);

    private void Add(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _names.Add(member.Name);
                    Add(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Add(item);
                break;
            case JsonValueKind.String:
                var text = element.GetString()!;
                _texts.Append(text).Append(Between);

                // Arguments and schemas may be objects on one side and their text on the other.
                if (JsonIn(text) is { } inner) Add(inner);
                break;
            case JsonValueKind.Number:
                _numbers.Add(Normal(element));
                break;
        }
    }

    /// <summary>The object or array that a text is, if it is one.</summary>
    public static JsonElement? JsonIn(string text)
    {
        if (text.Length < 2 || text[0] is not ('{' or '[')) return null;
        try
        {
            return JsonDocument.Parse(text).RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Normal(JsonElement number) => number.GetDouble().ToString("R", CultureInfo.InvariantCulture);
}
