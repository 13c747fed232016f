using System.Collections.Frozen;

namespace ThinkWatch.Limits.Rules;

/// <summary>Who a rule is about, on which surface.</summary>
internal readonly record struct RuleSubject(Guid OrgId, string Kind, string Id, string Surface);

/// <summary>All enabled rules by subject. Swapped as a whole; a check takes one snapshot and never sees half a reload.</summary>
internal sealed class ActiveRules(TimeProvider time)
{
    private volatile FrozenDictionary<RuleSubject, Rule[]> _bySubject = FrozenDictionary<RuleSubject, Rule[]>.Empty;

    /// <summary>True once the rules have been read; before that nothing may be declared unlimited.</summary>
    public bool IsLoaded { get; private set; }

    public void Replace(IEnumerable<Rule> rules)
    {
        _bySubject = rules.Where(static r => r.Enabled)
            .GroupBy(static r => new RuleSubject(r.OrgId, r.SubjectKind, r.SubjectId, r.Surface))
            .ToFrozenDictionary(static g => g.Key, static g => g.OrderBy(r => r.WindowSecs).ToArray());
        IsLoaded = true;
    }

    /// <summary>Adds the subject's rules that are in force now.</summary>
    public void Collect(in RuleSubject subject, List<Rule> into)
    {
        if (!_bySubject.TryGetValue(subject, out var rules)) return;
        foreach (var rule in rules)
        {
            if (rule.ExpiresAt is not { } end || end > time.GetUtcNow()) into.Add(rule);
        }
    }
}
