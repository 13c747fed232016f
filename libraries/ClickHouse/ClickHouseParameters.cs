using System.Collections;
using System.Globalization;
using System.Text;

namespace ThinkWatch.ClickHouse;

/// <summary>
/// Values for <c>{name:Type}</c> placeholders, bound by the server and never spliced into the statement. Written for collection
/// initialisers: <c>new() { { "org", id }, { "from", since } }</c>. Instants become UTC; declare them DateTime64 to keep the fraction.
/// </summary>
public sealed class ClickHouseParameters : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _encoded = [];

    public int Count => _encoded.Count;

    /// <exception cref="ArgumentException">The name is not an identifier, or the value is of a kind that has no text form here.</exception>
    public void Add(string name, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException("A parameter's name holds letters, digits and underscores only.", nameof(name));
        _encoded.Add(new(name, Encode(value)));
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _encoded.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The server reads a value as one field of TabSeparated, so that is how it is escaped; in an array only the texts within are.</summary>
    internal static string Encode(object? value) => value switch
    {
        null => @"\N",
        string text => Escape(text),
        IEnumerable items => Nested(items),
        _ => Escape(Scalar(value)),
    };

    private static string Nested(object? value)
    {
        switch (value)
        {
            case null:
                return "NULL";
            case string text:
                return $"'{Escape(text).Replace("'", @"\'", StringComparison.Ordinal)}'";
            case IEnumerable items:
                return $"[{string.Join(',', items.Cast<object?>().Select(Nested))}]";
            case bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal:
                return Scalar(value);
            default:
                return $"'{Scalar(value)}'";
        }
    }

    private static string Scalar(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        Guid id => id.ToString("D"),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset instant => Instant(instant.UtcDateTime),
        DateTime { Kind: DateTimeKind.Unspecified } => throw new ArgumentException("A DateTime parameter must say whether it is UTC or local.", nameof(value)),
        DateTime instant => Instant(instant.ToUniversalTime()),
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Enum => throw new ArgumentException("An enum parameter has no agreed text form: pass its name or number.", nameof(value)),
        byte or sbyte or short or ushort or int or uint or long or ulong or decimal => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"A parameter cannot be of type {value.GetType().Name}.", nameof(value)),
    };

    // The fraction only when there is one: a DateTime placeholder refuses it.
    private static string Instant(DateTime utc) => utc.ToString(
        utc.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("\\\t\n\r\0\b\f") < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => escaped.Append(@"\\"),
                '\t' => escaped.Append(@"\t"),
                '\n' => escaped.Append(@"\n"),
                '\r' => escaped.Append(@"\r"),
                '\0' => escaped.Append(@"\0"),
                '\b' => escaped.Append(@"\b"),
                '\f' => escaped.Append(@"\f"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
