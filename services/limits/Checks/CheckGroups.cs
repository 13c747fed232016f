using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Checks;

/// <summary>The checks of one batch by the rules that they stand under, so that requests of one caller are counted in one go. One organisation's.</summary>
internal sealed class CheckGroups
{
    private readonly List<(List<Rule> Rules, List<int> Checks)> _groups = [];

    /// <param name="rules">Every rule that applies; not changed afterwards.</param>
    /// <param name="check">The check's place in the batch.</param>
    public void Add(List<Rule> rules, int check)
    {
        foreach (var group in _groups)
        {
            if (!IsSame(group.Rules, rules)) continue;
            group.Checks.Add(check);
            return;
        }

        _groups.Add((rules, [check]));
    }

    public int Count => _groups.Count;

    public List<Rule> RulesOf(int group) => _groups[group].Rules;

    public List<int> ChecksOf(int group) => _groups[group].Checks;

    public IEnumerable<int> Checks => _groups.SelectMany(static group => group.Checks);

    public RuleGroup[] ToCount() => [.. _groups.Select(static group => new RuleGroup(group.Rules, group.Checks.Count))];

    // Rules of one reload are the same objects.
    private static bool IsSame(List<Rule> one, List<Rule> other)
    {
        if (one.Count != other.Count) return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (!ReferenceEquals(one[i], other[i])) return false;
        }

        return true;
    }
}
