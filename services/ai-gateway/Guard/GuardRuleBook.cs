using System.Collections.Frozen;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;
using ThinkWatch.Settings;
using ContentRule = ThinkWatch.Guard.Rules.ContentRule;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>The rules in force, compiled whenever they change. One writer (<see cref="Routing.CatalogViews"/>), many readers; swapped atomically.</summary>
internal sealed partial class GuardRuleBook(ISettings settings, ILogger<GuardRuleBook> log)
{
    private volatile Compiled _current = new(GuardRules.Off, FrozenDictionary<string, GuardRules>.Empty);

    public GuardRules For(string organization)
    {
        var current = _current;
        return current.ByOrganization.GetValueOrDefault(organization, current.Everybody);
    }

    /// <summary>Takes over a snapshot whose settings are in force already.</summary>
    public void Compile(Snapshot snapshot)
    {
        var pii = settings.Get(SettingsRegistry.Security.PiiRedaction)
            ? PiiScanner.Of(settings.Get(SettingsRegistry.Security.PiiPatterns), settings.Get(SettingsRegistry.Security.PiiCustomPatterns))
            : PiiScanner.Off;
        _current = new Compiled(new GuardRules(pii, [], []), snapshot.ContentRules.GroupBy(static rule => rule.OrgId).ToFrozenDictionary(
            static group => group.Key,
            group =>
            {
                var rules = group.Select(Read).OfType<ContentRule>().ToArray();
                return new GuardRules(pii, Of(rules, RuleScope.Input), Of(rules, RuleScope.Output));
            }));
    }

    private static ContentRule[] Of(ContentRule[] rules, RuleScope scope) => [.. rules.Where(rule => rule.Scope == scope)];

    private ContentRule? Read(Contracts.Catalog.ContentRule rule)
    {
        string? error = "has a scope or an action that this release does not know";
        var read = Enum.TryParse<RuleScope>(rule.Scope, ignoreCase: true, out var scope) && Enum.TryParse<RuleAction>(rule.Action, ignoreCase: true, out var action)
            ? ContentRule.Create(rule.Name, rule.Match, rule.Pattern, scope, action, rule.Severity, out error)
            : null;
        if (read is null)
            Unusable(rule.Id, error);
        return read;
    }

    [LoggerMessage(440, LogLevel.Error, "Content rule {RuleId} is not in force: it {Reason}")]
    private partial void Unusable(string ruleId, string? reason);

    private sealed record Compiled(GuardRules Everybody, FrozenDictionary<string, GuardRules> ByOrganization);
}
