using System.Globalization;

namespace ThinkWatch.ServiceDefaults.Metrics;

/// <summary>Labels as OpenMetrics writes them, <c>name="value",name="value"</c>: the key of a series and its text at once.</summary>
internal static class LabelText
{
    /// <summary>Writes the labels and answers how many characters; a label that does not fit is left out whole.</summary>
    public static int Write(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> into)
    {
        var length = 0;
        foreach (var (name, value) in tags)
        {
            if (TryWrite(name, value, length > 0, into[length..], out var written)) length += written;
        }

        return length;
    }

    private static bool TryWrite(string name, object? value, bool follows, Span<char> into, out int written)
    {
        written = 0;
        Span<char> number = stackalloc char[32];
        var text = value is not string && value is ISpanFormattable f && f.TryFormat(number, out var digits, default, CultureInfo.InvariantCulture)
            ? number[..digits]
            : (value as string ?? value?.ToString()).AsSpan();

        // A name may need an underscore more in front of it, and each character of a value a backslash.
        if (into.Length < name.Length + (2 * text.Length) + 4) return false;
        if (follows) into[written++] = ',';
        foreach (var c in name) into[written++] = char.IsAsciiLetterOrDigit(c) ? c : '_';
        into[written++] = '=';
        into[written++] = '"';
        foreach (var c in text)
        {
            if (c is '"' or '\\' or '\n') into[written++] = '\\';
            into[written++] = c == '\n' ? 'n' : c;
        }

        into[written++] = '"';
        return true;
    }
}
