using ThinkWatch.Guard.Rules;
using ThinkWatch.ManagementApi;
using CompiledRule = ThinkWatch.Guard.Rules.ContentRule;

namespace ThinkWatch.AdminApi.Security;

/// <summary>A rule on what may be said. Changed only while it is being made or patched, by one caller.</summary>
internal sealed class ContentRule
{
    private const int LongestName = 64;
    private const int LongestDescription = 2000;

    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    public string Name { get; set; } = "";

    public string Match { get; set; } = "contains";

    public string Pattern { get; set; } = "";

    public RuleScope Scope { get; set; }

    public RuleAction Action { get; set; }

    public string Severity { get; set; } = "medium";

    public bool Enabled { get; set; } = true;

    public string? Description { get; set; }

    public long Version { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>As calls use it; null and what is wrong with its pattern.</summary>
    public CompiledRule? Compile(out string? error) => CompiledRule.Create(Name, Match, Pattern, Scope, Action, Severity, out error);

    public void Apply(ContentRulePatch patch, FieldErrors errors)
    {
        Name = patch.Name.Or(Name) ?? "";
        Match = patch.Match.Or(Match) ?? "";
        Pattern = patch.Pattern.Or(Pattern) ?? "";
        Scope = patch.Scope.Or(Scope) ?? RuleScope.Input;
        Action = patch.Action.Or(Action) ?? RuleAction.Log;
        Severity = patch.Severity.Or(Severity) ?? "medium";
        Enabled = patch.Enabled.Or(Enabled) ?? true;
        Description = patch.Description.Or(Description);

        // Names go into headers and metrics.
        errors.Require(Name.Length is > 0 and <= LongestName && Name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'), "name",
            $"must be 1 to {LongestName} letters, digits, hyphens, underscores and dots");
        errors.Require(Description is null or { Length: <= LongestDescription }, "description", $"must not be longer than {LongestDescription} characters");
        errors.Require(CompiledRule.Severities.Contains(Severity), "severity", $"must be one of {string.Join(", ", CompiledRule.Severities)}");
        if (!CompiledRule.Matches.Contains(Match))
            errors.Add("match", $"must be one of {string.Join(", ", CompiledRule.Matches)}");
        else if (Compile(out var error) is null)
            errors.Add("pattern", error!);
    }

    public ContentRuleView View() => new()
    {
        Id = Id,
        Name = Name,
        Match = Match,
        Pattern = Pattern,
        Scope = Scope,
        Action = Action,
        Severity = Severity,
        Enabled = Enabled,
        Description = Description,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
