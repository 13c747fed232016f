using System.ComponentModel.DataAnnotations;
using ThinkWatch.Guard.Rules;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Security;

/// <summary>What <c>POST /api/admin/security/content-rules</c> takes.</summary>
internal sealed record ContentRuleCreate
{
    [Required]
    public string? Name { get; init; }

    /// <summary>contains, regex or preset.</summary>
    [Required]
    public string? Match { get; init; }

    /// <summary>The phrase, the regular expression, or the preset's name.</summary>
    [Required]
    public string? Pattern { get; init; }

    public RuleScope? Scope { get; init; }

    public RuleAction? Action { get; init; }

    public string? Severity { get; init; }

    public bool? Enabled { get; init; }

    public string? Description { get; init; }

    public ContentRulePatch AsPatch() => new()
    {
        Name = new(Name),
        Match = new(Match),
        Pattern = new(Pattern),
        Scope = new(Scope),
        Action = new(Action),
        Severity = new(Severity),
        Enabled = new(Enabled),
        Description = new(Description),
    };
}

/// <summary>What <c>PATCH /api/admin/security/content-rules/{id}</c> takes: absent keeps, null is the default.</summary>
internal sealed record ContentRulePatch
{
    public Optional<string?> Name { get; init; }

    public Optional<string?> Match { get; init; }

    public Optional<string?> Pattern { get; init; }

    public Optional<RuleScope?> Scope { get; init; }

    public Optional<RuleAction?> Action { get; init; }

    public Optional<string?> Severity { get; init; }

    public Optional<bool?> Enabled { get; init; }

    public Optional<string?> Description { get; init; }
}

/// <summary>A content rule as the management API shows it.</summary>
internal sealed record ContentRuleView
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Match { get; init; }

    public required string Pattern { get; init; }

    public required RuleScope Scope { get; init; }

    public required RuleAction Action { get; init; }

    public required string Severity { get; init; }

    public required bool Enabled { get; init; }

    public required string? Description { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What there is to choose from: patterns for redaction, presets for rules.</summary>
internal sealed record SecurityPresets(IReadOnlyList<PiiPatternView> PiiPatterns, IReadOnlyList<RulePresetView> RulePresets);

internal sealed record PiiPatternView(string Name, string Label, string Description, bool OnByDefault);

internal sealed record RulePresetView(string Name, string Description);

/// <summary>What <c>POST /api/admin/security/test</c> takes.</summary>
internal sealed record SandboxRequest
{
    [Required]
    public string? Text { get; init; }

    public RuleScope? Scope { get; init; }
}

/// <summary>What the rules in force would do to the text. Positions are in the text as it was given, in UTF-16 units.</summary>
internal sealed record SandboxResult(string Redacted, bool Blocked, IReadOnlyList<SandboxHit> Hits, IReadOnlyList<SandboxMark> Marks, IReadOnlyList<SandboxEdit> Edits);

internal sealed record SandboxHit(string Rule, string Scope, string Action, string Severity, int Count);

/// <summary>Where a rule found something.</summary>
internal sealed record SandboxMark(int Start, int Length, string Rule);

/// <summary>What would be replaced, and by what.</summary>
internal sealed record SandboxEdit(int Start, int Length, string Text);
