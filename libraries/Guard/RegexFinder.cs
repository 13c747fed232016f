using System.Text.RegularExpressions;

namespace ThinkWatch.Guard;

/// <summary>A regular expression of the kind that cannot explode.</summary>
public sealed class RegexFinder : TextFinder
{
    public const int LongestPattern = 1000;

    private readonly Regex _regex;
    private readonly Func<ReadOnlySpan<char>, bool>? _accept;

    private RegexFinder(Regex regex, Func<ReadOnlySpan<char>, bool>? accept)
    {
        _regex = regex;
        _accept = accept;
    }

    /// <summary>A finder, or what is wrong with the expression, in words for the operator.</summary>
    public static RegexFinder? Create(string pattern, bool ignoreCase, out string? error)
    {
        error = pattern.Length == 0 ? "must not be empty" : pattern.Length > LongestPattern ? $"must not be longer than {LongestPattern} characters" : null;
        if (error is not null)
            return null;
        try
        {
            var finder = new RegexFinder(Compile(pattern, ignoreCase), accept: null);
            if (!finder._regex.IsMatch(""))
                return finder;
            error = "matches the empty text, so it would match everywhere";
        }
        catch (NotSupportedException)
        {
            error = "uses look-around, back references or atomic groups, which need unbounded time";
        }
        catch (ArgumentException exception)
        {
            error = "is no regular expression: " + exception.Message;
        }

        return null;
    }

    public override void Find(ReadOnlySpan<char> text, RegexBudget budget, List<TextHit> found)
    {
        budget.Take(text.Length);
        try
        {
            foreach (var match in _regex.EnumerateMatches(text))
            {
                if (match.Length > 0 && (_accept is null || _accept(text.Slice(match.Index, match.Length))))
                    found.Add(new TextHit(match.Index, match.Length));
            }
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw new GuardBudgetException("A pattern took too long.", exception);
        }
    }

    internal static RegexFinder Of(string pattern, Func<ReadOnlySpan<char>, bool> accept) => new(Compile(pattern, ignoreCase: false), accept);

    internal static RegexFinder Words(string pattern) => new(Compile(pattern, ignoreCase: true), accept: null);

    private static Regex Compile(string pattern, bool ignoreCase) => new(
        pattern,
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None),
        RegexBudget.LongestMatch);
}
