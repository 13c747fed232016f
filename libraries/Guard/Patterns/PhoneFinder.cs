using System.Buffers;

namespace ThinkWatch.Guard.Patterns;

/// <summary>
/// Telephone numbers that look like such: with a plus (ITU-T E.164), in North American groups, or with a trunk zero and groups. A bare run of digits is
/// never one; nor are dates, times, versions and addresses.
/// </summary>
internal sealed class PhoneFinder : TextFinder
{
    private const int MostGroups = 8;
    private const int FewestDigits = 7;
    private const int MostDigits = 15;
    private const int FewestWithTrunk = 9;

    private static readonly SearchValues<char> s_starts = SearchValues.Create("+(0123456789");

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var from = 0; from < text.Length && text[from..].IndexOfAny(s_starts) is var next and >= 0;)
        {
            var at = from + next;
            var length = text[at] == '+' ? International(text, at) : Grouped(text, at);
            if (length > 0)
                found.Add(new TextHit(at, length));
            from = length > 0 ? at + length : char.IsAsciiDigit(text[at]) ? text.EndOfDigits(at) : at + 1;
        }
    }

    private static int International(ReadOnlySpan<char> text, int at)
    {
        if (text.IsWordAt(at - 1) || text.At(at - 1) == '+' || text.At(at + 1) is < '1' or > '9')
            return 0;
        var digits = 0;
        var lastGroup = 0;
        for (var i = at + 1; ;)
        {
            var end = text.EndOfDigits(i);
            digits += end - i;
            if (digits > MostDigits || Characters.IsWord(text.At(end)))
                break;
            lastGroup = digits >= FewestDigits ? end : lastGroup;
            i = end + Separators(text, end);
            if (i == end || !text.IsDigitAt(i))
                break;
        }

        return lastGroup == 0 ? 0 : lastGroup - at;
    }

    /// <summary>How many characters stand between two groups, as in <c>+49 (0) 30 123-456</c>; 0 when it is more than that.</summary>
    private static int Separators(ReadOnlySpan<char> text, int from)
    {
        var count = 0;
        while (count < 3 && text.At(from + count) is ' ' or '-' or '.' or '/' or '(' or ')' or '\u00A0')
            count++;
        return text.IsDigitAt(from + count) ? count : 0;
    }

    private static int Grouped(ReadOnlySpan<char> text, int at)
    {
        if (text.IsWordAt(at - 1) || text.At(at - 1) is '-' or '.' or '/' or '+' or ':' or ',')
            return 0;
        Span<(int Start, int End)> groups = stackalloc (int, int)[MostGroups];
        var count = Split(text, at, groups, out var hasMore);
        if (count < 2 || hasMore)
            return 0;
        var end = groups[count - 1].End;
        if (text.IsWordAt(end) || (text.At(end) is '-' or '.' or ':' or '/' && text.IsWordAt(end + 1)))
            return 0;
        groups = groups[..count];
        if (IsNorthAmerican(text, groups))
            return end - at;

        // A zero behind another number is a group of that number.
        return !(text.At(at - 1) == ' ' && text.IsDigitAt(at - 2)) && HasTrunk(text, groups) ? end - at : 0;
    }

    /// <summary>Groups of digits with one separator each, the same from the second on; the first may stand in brackets.</summary>
    private static int Split(ReadOnlySpan<char> text, int at, Span<(int Start, int End)> groups, out bool hasMore)
    {
        var count = 0;
        var separator = '\0';
        var inBrackets = text[at] == '(';
        var i = inBrackets ? at + 1 : at;
        hasMore = false;
        while (text.IsDigitAt(i))
        {
            if (count == MostGroups)
            {
                hasMore = true;
                break;
            }

            var end = text.EndOfDigits(i);
            groups[count++] = (i, end);
            if (count == 1 && inBrackets)
            {
                if (text.At(end) != ')')
                    return 0;
                i = text.At(end + 1) is ' ' or '-' ? end + 2 : end + 1;
                continue;
            }

            var c = text.At(end);
            if (c is not (' ' or '-' or '.' or '/') || !text.IsDigitAt(end + 1) || (separator != '\0' && c != separator))
                break;
            separator = count > 1 || inBrackets ? c : '\0';
            i = end + 1;
        }

        return count;
    }

    private static bool IsNorthAmerican(ReadOnlySpan<char> text, ReadOnlySpan<(int Start, int End)> groups)
    {
        if (groups.Length == 4 && Length(groups[0]) == 1 && text[groups[0].Start] == '1')
            groups = groups[1..];
        return groups.Length == 3 && Length(groups[0]) == 3 && Length(groups[1]) == 3 && Length(groups[2]) == 4
            && text[groups[0].Start] >= '2' && text[groups[1].Start] >= '2';
    }

    private static bool HasTrunk(ReadOnlySpan<char> text, ReadOnlySpan<(int Start, int End)> groups)
    {
        var digits = 0;
        foreach (var group in groups)
            digits += Length(group);
        return text[groups[0].Start] == '0' && Length(groups[0]) is >= 2 and <= 6 && digits is >= FewestWithTrunk and <= MostDigits + 2;
    }

    private static int Length((int Start, int End) group) => group.End - group.Start;
}
