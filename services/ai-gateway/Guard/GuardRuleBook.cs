using System.Collections.Frozen;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Guard;
using ThinkWatch.Guard.Rules;
using ThinkWatch.Settings;
using ContentRule = ThinkWatch.Guard.Rules.ContentRule;

namespace ThinkWatch.AiGateway.Guard;

/// <summary>The rules in force, compiled whenever they change. One writer (the feed), many readers; swapped atomically.</summary>
internal sealed partial class GuardRuleBook : IDisposable
{
    private readonly ISettings _settings;
    private readonly CatalogFeed _feed;
    private readonly ILogger<GuardRuleBook> _log;
    private volatile Compiled _current = new(GuardRules.Off, FrozenDictionary<string, GuardRules>.Empty);

    public GuardRuleBook(ISettings settings, CatalogFeed feed, ILogger<GuardRuleBook> log)
    {
        _settings = settings;
        _feed = feed;
        _log = log;

        // The feed says so after the settings of the same snapshot are in force.
        feed.Changed += Compile;
        Compile(feed.Current);
    }

    public GuardRules For(string organization)
    {
        var current = _current;
        return current.ByOrganization.GetValueOrDefault(organization, current.Everybody);
    }

    public void Dispose() => _feed.Changed -= Compile;

    private void Compile(Snapshot snapshot)
    {
        var pii = _settings.Get(SettingsRegistry.Security.PiiRedaction)
            ? PiiScanner.Of(_settings.Get(SettingsRegistry.Security.PiiPatterns), _settings.Get(SettingsRegistry.Security.PiiCustomPatterns))
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
