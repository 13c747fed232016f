namespace ThinkWatch.Guard.Rules;

/// <summary>Which way a text goes.</summary>
public enum RuleScope
{
    Input,
    Output,
}

/// <summary>What a hit means, the gravest last.</summary>
public enum RuleAction
{
    Log,
    Warn,
    Redact,
    Block,
}

/// <summary>A rule on what may be said, ready for use. Immutable.</summary>
public sealed class ContentRule
{
    public const string Redacted = "[REDACTED]";
    public const int LongestPattern = RegexFinder.LongestPattern;

    public static readonly string[] Matches = ["contains", "regex", "preset"];
    public static readonly string[] Severities = ["info", "low", "medium", "high", "critical"];

    private ContentRule(string name, TextFinder finder, RuleScope scope, RuleAction action, string severity)
    {
        Name = name;
        Finder = finder;
        Scope = scope;
        Action = action;
        Severity = severity;
    }

    public string Name { get; }

    public TextFinder Finder { get; }

    public RuleScope Scope { get; }

    public RuleAction Action { get; }

    public string Severity { get; }

    /// <summary>The same rule as one that takes out what it finds.</summary>
    public ContentRule AsRedaction() => Action == RuleAction.Redact ? this : new(Name, Finder, Scope, RuleAction.Redact, Severity);

    /// <summary>Null and what is wrong with the pattern.</summary>
    /// <param name="match">One of <see cref="Matches"/>.</param>
    public static ContentRule? Create(string name, string match, string pattern, RuleScope scope, RuleAction action, string severity, out string? error)
    {
        TextFinder? finder = null;
        error = null;
        switch (match)
        {
            case "contains":
                error = pattern.Trim().Length == 0 ? "must not be empty" : pattern.Length > LongestPattern ? $"must not be longer than {LongestPattern} characters" : null;
                finder = error is null ? new PhraseFinder(pattern) : null;
                break;
            case "regex":
                finder = RegexFinder.Create(pattern, ignoreCase: true, out error);
                break;
            case "preset":
                finder = RulePreset.Find(pattern)?.Finder;
                error = finder is null ? $"must be one of {string.Join(", ", RulePreset.All.Select(static preset => preset.Name))}" : null;
                break;
            default:
                error = $"cannot be matched by '{match}'";
                break;
        }

        return finder is null ? null : new ContentRule(name, finder, scope, action, severity);
    }
}
