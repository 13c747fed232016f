using ThinkWatch.Limits.Counters;

namespace ThinkWatch.Limits.Checks;

/// <summary>The checks of one organisation in one batch; those that reserve nothing and stand under the same rules are counted in one go.</summary>
internal sealed class CheckGroups
{
    private readonly List<(CheckPlan Plan, string? RequestId, List<int> Checks)> _groups = [];

    public int Count => _groups.Count;

    public CheckPlan PlanOf(int group) => _groups[group].Plan;

    /// <summary>Their places in the batch.</summary>
    public List<int> ChecksOf(int group) => _groups[group].Checks;

    public void Add(CheckPlan plan, string requestId, int check)
    {
        if (plan.Reserves)
        {
            _groups.Add((plan, requestId, [check]));
            return;
        }

        foreach (var group in _groups)
        {
            if (group.RequestId is not null || !IsSame(group.Plan.Common, plan.Common)) continue;
            group.Checks.Add(check);
            return;
        }

        _groups.Add((plan, null, [check]));
    }

    public CheckGroup[] ToCheck() => [.. _groups.Select(static group => new CheckGroup(group.Plan.Common, group.Plan.Candidates, group.RequestId, group.Checks.Count))];

    // Meters of one reload are the same objects.
    private static bool IsSame(IReadOnlyList<Share> one, IReadOnlyList<Share> other)
    {
        if (one.Count != other.Count) return false;
        for (var i = 0; i < one.Count; i++)
        {
            if (!ReferenceEquals(one[i].Meter, other[i].Meter)) return false;
        }

        return true;
    }
}
