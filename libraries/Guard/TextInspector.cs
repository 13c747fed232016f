using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Guard;

/// <summary>A piece of a text that must not go on. <paramref name="Label"/>: what kind of placeholder replaces it; null when it is gone for good.</summary>
public readonly record struct Replacement(int Start, int Length, string? Label)
{
    public int End => Start + Length;
}

/// <summary>Looks at one text after another of one call, counts what it finds and says what must be replaced. One caller at a time.</summary>
public sealed class TextInspector(PiiScanner pii, ContentRule[] rules, GuardHits hits, RegexBudget? budget = null)
{
    private readonly RegexBudget _budget = budget ?? new();
    private readonly List<TextHit> _found = [];
    private readonly List<PiiMatch> _matches = [];

    /// <summary>Adds what must be replaced, in the order of the text, without overlaps.</summary>
    /// <exception cref="GuardBudgetException">There is more to look at than a call may have.</exception>
    public void Inspect(ReadOnlySpan<char> text, List<Replacement> replacements)
    {
        foreach (var rule in rules)
        {
            _found.Clear();
            rule.Finder.Find(text, _budget, _found);
            if (_found.Count == 0)
                continue;
            hits.Add(rule, _found.Count);
            if (rule.Action != RuleAction.Redact)
                continue;
            foreach (var hit in _found)
                replacements.Add(new Replacement(hit.Start, hit.Length, Label: null));
        }

        _matches.Clear();
        pii.Find(text, _budget, _matches);
        foreach (var match in _matches)
        {
            hits.Add(match.Pattern);
            replacements.Add(new Replacement(match.Start, match.Length, match.Pattern.Label));
        }

        if (replacements.Count > _matches.Count)
            Join(replacements);
    }

    private static void Join(List<Replacement> replacements)
    {
        replacements.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        var last = 0;
        for (var i = 1; i < replacements.Count; i++)
        {
            var (left, right) = (replacements[last], replacements[i]);
            if (right.Start >= left.End)
                replacements[++last] = right;
            else
                replacements[last] = new Replacement(left.Start, Math.Max(left.End, right.End) - left.Start, left.Label is null || right.Label is null ? null : left.Label);
        }

        replacements.RemoveRange(last + 1, replacements.Count - last - 1);
    }
}
