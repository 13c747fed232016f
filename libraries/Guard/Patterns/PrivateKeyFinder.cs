namespace ThinkWatch.Guard.Patterns;

/// <summary>Private keys in armour (RFC 7468, OpenSSH, OpenPGP). One without its end is taken to the end of the text: better too much than half a key.</summary>
internal sealed class PrivateKeyFinder : TextFinder
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Marker = "PRIVATE KEY";
    private const string Dashes = "-----";
    private const int LongestLabel = 64;

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var from = 0; text[from..].IndexOf(Begin) is var next and >= 0;)
        {
            var at = from + next;
            from = at + Begin.Length;
            var label = text.Slice(from, Math.Min(LongestLabel, text.Length - from));
            var close = label.IndexOf(Dashes);
            if (close < 0 || !label[..close].Contains(Marker, StringComparison.Ordinal))
                continue;
            var end = EndOf(text, from + close);
            found.Add(new TextHit(at, end - at));
            from = end;
        }
    }

    private static int EndOf(ReadOnlySpan<char> text, int from)
    {
        var end = text[from..].IndexOf(End);
        if (end < 0)
            return text.Length;
        from += end + End.Length;
        var close = text[from..].IndexOf(Dashes);
        return close < 0 ? text.Length : from + close + Dashes.Length;
    }
}
