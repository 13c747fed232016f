namespace ThinkWatch.Guard.Patterns;

/// <summary>What stands beside a find. Outside the text counts as nothing.</summary>
internal static class Characters
{
    public static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    public static bool IsWordAt(this ReadOnlySpan<char> text, int index) => (uint)index < (uint)text.Length && IsWord(text[index]);

    public static bool IsDigitAt(this ReadOnlySpan<char> text, int index) => (uint)index < (uint)text.Length && char.IsAsciiDigit(text[index]);

    public static char At(this ReadOnlySpan<char> text, int index) => (uint)index < (uint)text.Length ? text[index] : '\0';

    /// <summary>The next ASCII digit at or behind <paramref name="from"/>; negative when there is none.</summary>
    public static int NextDigit(this ReadOnlySpan<char> text, int from)
    {
        var at = text[from..].IndexOfAnyInRange('0', '9');
        return at < 0 ? -1 : from + at;
    }

    /// <summary>Where the run of digits that holds <paramref name="at"/> ends.</summary>
    public static int EndOfDigits(this ReadOnlySpan<char> text, int at)
    {
        var other = text[at..].IndexOfAnyExceptInRange('0', '9');
        return other < 0 ? text.Length : at + other;
    }
}
