using System.Buffers;

namespace ThinkWatch.Guard;

/// <summary>Any of some phrases, whatever their case.</summary>
public sealed class PhraseFinder : TextFinder
{
    private readonly string[] _phrases;
    private readonly SearchValues<string> _search;

    public PhraseFinder(params IEnumerable<string> phrases)
    {
        _phrases = [.. phrases.OrderByDescending(static phrase => phrase.Length)];
        _search = SearchValues.Create(_phrases, StringComparison.OrdinalIgnoreCase);
    }

    public int Longest => _phrases[0].Length;

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        for (var from = 0; text[from..].IndexOfAny(_search) is var at and >= 0;)
        {
            var start = from + at;
            var length = LengthAt(text[start..]);
            found.Add(new TextHit(start, length));
            from = start + length;
        }
    }

    private int LengthAt(ReadOnlySpan<char> text)
    {
        foreach (var phrase in _phrases)
        {
            if (text.StartsWith(phrase, StringComparison.OrdinalIgnoreCase))
                return phrase.Length;
        }

        return 1;
    }
}
