using System.Text;
using ThinkWatch.Guard.Rules;

namespace ThinkWatch.Guard;

/// <summary>What the rules say to one text, with the code that calls go through.</summary>
public static class GuardSandbox
{
    /// <summary>Answers the text as it would go on.</summary>
    /// <exception cref="GuardBudgetException">There is more to look at than a call may have.</exception>
    public static string Try(string text, GuardRules rules, RuleScope scope, GuardHits hits)
    {
        var placeholders = new Placeholders("sample");
        List<Replacement> replacements = [];
        var isInput = scope == RuleScope.Input;
        new TextInspector(isInput ? rules.Pii : PiiScanner.Off, isInput ? rules.Input : rules.Output, hits).Inspect(text, replacements);
        var result = new StringBuilder();
        var done = 0;
        foreach (var replacement in replacements)
        {
            result.Append(text, done, replacement.Start - done);
            result.Append(replacement.Label is null ? ContentRule.Redacted : placeholders.For(replacement.Label, text.Substring(replacement.Start, replacement.Length)));
            done = replacement.End;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }
}
