namespace ThinkWatch.Guard;

/// <summary>Something personal in a text.</summary>
public readonly record struct PiiMatch(int Start, int Length, PiiPattern Pattern)
{
    public int End => Start + Length;
}

/// <summary>Looks for the patterns that are switched on. Immutable, for any number of threads.</summary>
public sealed class PiiScanner
{
    public static readonly PiiScanner Off = new([]);

    private readonly PiiPattern[] _patterns;

    public PiiScanner(IEnumerable<PiiPattern> patterns) => _patterns = [.. patterns];

    public bool IsOff => _patterns.Length == 0;

    /// <summary>The patterns of those names and the operator's own; what is not understood is left out.</summary>
    public static PiiScanner Of(IEnumerable<string> names, IEnumerable<string> custom)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        return new PiiScanner(PiiPattern.All.Where(pattern => wanted.Contains(pattern.Name))
            .Concat(custom.Select(static text => PiiPattern.ParseCustom(text, out _)).OfType<PiiPattern>()));
    }

    /// <summary>Adds what it finds, in the order of the text. What overlaps is one find: nothing of it must be left over.</summary>
    public void Find(ReadOnlySpan<char> text, RegexBudget budget, List<PiiMatch> found)
    {
        var hits = Scratch.Hits;
        var first = found.Count;
        foreach (var pattern in _patterns)
        {
            hits.Clear();
            pattern.Finder.Find(text, budget, hits);
            foreach (var hit in hits)
                found.Add(new PiiMatch(hit.Start, hit.Length, pattern));
        }

        if (found.Count > first + 1)
            Join(found, first);
    }

    private void Join(List<PiiMatch> found, int first)
    {
        found.Sort(first, found.Count - first, ByStart.Instance);
        var last = first;
        for (var i = first + 1; i < found.Count; i++)
        {
            var (left, right) = (found[last], found[i]);
            if (right.Start >= left.End)
            {
                found[++last] = right;
                continue;
            }

            var pattern = Array.IndexOf(_patterns, right.Pattern) < Array.IndexOf(_patterns, left.Pattern) ? right.Pattern : left.Pattern;
            found[last] = new PiiMatch(left.Start, Math.Max(left.End, right.End) - left.Start, pattern);
        }

        found.RemoveRange(last + 1, found.Count - last - 1);
    }

    private sealed class ByStart : IComparer<PiiMatch>
    {
        public static readonly ByStart Instance = new();

        public int Compare(PiiMatch x, PiiMatch y) => x.Start.CompareTo(y.Start);
    }

    /// <summary>A finder's finds are moved on at once, so a thread needs one list.</summary>
    private static class Scratch
    {
        [ThreadStatic]
        private static List<TextHit>? t_hits;

        public static List<TextHit> Hits => t_hits ??= [];
    }
}
