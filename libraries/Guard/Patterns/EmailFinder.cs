namespace ThinkWatch.Guard.Patterns;

/// <summary>Addresses as people write them: no quoted local parts, no address literals. <c>git@</c> is a protocol, not a person.</summary>
internal sealed class EmailFinder : TextFinder
{
    private const int LongestLocal = 64;
    private const int LongestDomain = 253;
    private const int LongestTop = 24;

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        var floor = 0;
        for (var from = 0; text[from..].IndexOf('@') is var next and >= 0;)
        {
            var at = from + next;
            from = at + 1;
            var start = Local(text, at, floor);
            if (start == at || text[at - 1] == '.' || text[start..at] is "git")
                continue;
            var end = Domain(text, at + 1);
            if (end < 0)
                continue;
            found.Add(new TextHit(start, end - start));
            from = floor = end;
        }
    }

    private static int Local(ReadOnlySpan<char> text, int at, int floor)
    {
        var start = at;
        while (start > floor && at - start <= LongestLocal && IsLocal(text[start - 1]))
            start--;
        if (at - start > LongestLocal)
            return at;
        while (start < at && !char.IsLetterOrDigit(text[start]) && text[start] != '_')
            start++;
        return start;
    }

    /// <summary>The end of the longest domain that begins there; negative when there is none.</summary>
    private static int Domain(ReadOnlySpan<char> text, int start)
    {
        var limit = Math.Min(text.Length, start + LongestDomain);
        var end = -1;
        var label = start;
        for (var i = start; i <= limit; i++)
        {
            var c = text.At(i);
            if (i < limit && (IsLetter(c) || char.IsAsciiDigit(c) || (c == '-' && i > label)))
                continue;
            if (i == label)
                break;
            if (label > start && TopEnd(text[label..i]) is var top and > 0)
                end = label + top;
            if (c != '.' || i == limit)
                break;
            label = i + 1;
        }

        return end;
    }

    /// <summary>How much of a label can be a top-level domain: its letters, unless a digit follows them.</summary>
    private static int TopEnd(ReadOnlySpan<char> label)
    {
        var letters = 0;
        while (letters < label.Length && IsLetter(label[letters]))
            letters++;
        return letters is < 2 or > LongestTop || label.IsDigitAt(letters) ? -1 : letters;
    }

    private static bool IsLocal(char c) => IsLetter(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '%' or '+' or '-';

    // Latin letters with marks belong to names; other scripts stand beside an address without a space.
    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || (c is >= '\u00C0' and <= '\u024F' && char.IsLetter(c));
}
