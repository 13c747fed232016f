using System.Text;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Guard;

/// <summary>A piece of the text that a rule found something in. <paramref name="Rule"/> is named as <see cref="GuardHits"/> names it.</summary>
public sealed record GuardMark(int Start, int Length, string Rule);

/// <summary>A piece of the text that goes on as another.</summary>
public sealed record GuardEdit(int Start, int Length, string Text);

/// <summary>A text as it would go on, and why. Positions are in the text as it was given, in UTF-16 units, in its order.</summary>
public sealed record GuardTrial(string Redacted, IReadOnlyList<GuardEdit> Edits, IReadOnlyList<GuardMark> Marks);

/// <summary>What the rules say to one text, with the code that calls go through.</summary>
public static class GuardSandbox
{
    /// <summary>Answers the text as it would go on.</summary>
    /// <exception cref="GuardBudgetException">There is more to look at than a call may have.</exception>
    public static GuardTrial Try(string text, GuardRules rules, RuleScope scope, GuardHits hits)
    {
        var (pii, content) = scope == RuleScope.Input ? (rules.Pii, rules.Input) : (PiiScanner.Off, rules.Output);
        var placeholders = new Placeholders("sample");
        List<Replacement> replacements = [];
        new TextInspector(pii, content, hits).Inspect(text, replacements);
        GuardEdit[] edits = [.. replacements.Select(replacement => new GuardEdit(replacement.Start, replacement.Length,
            replacement.Label is null ? ContentRule.Redacted : placeholders.For(replacement.Label, text.Substring(replacement.Start, replacement.Length))))];
        var result = new StringBuilder();
        var done = 0;
        foreach (var edit in edits)
        {
            result.Append(text, done, edit.Start - done).Append(edit.Text);
            done = edit.Start + edit.Length;
        }

        return new GuardTrial(result.Append(text, done, text.Length - done).ToString(), edits, Marks(text, pii, content));
    }

    private static GuardMark[] Marks(string text, PiiScanner pii, ContentRule[] rules)
    {
        var budget = new RegexBudget();
        List<GuardMark> marks = [];
        List<TextHit> found = [];
        foreach (var rule in rules)
        {
            found.Clear();
            rule.Finder.Find(text, budget, found);
            marks.AddRange(found.Select(hit => new GuardMark(hit.Start, hit.Length, rule.Name)));
        }

        List<PiiMatch> matches = [];
        pii.Find(text, budget, matches);
        marks.AddRange(matches.Select(static match => new GuardMark(match.Start, match.Length, "pii:" + match.Pattern.Name)));
        return [.. marks.OrderBy(static mark => mark.Start)];
    }
}
