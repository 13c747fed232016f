using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Consumption;

/// <summary>A subject's limits as the store has them now: a change that was just made is in them, whichever replica is asked.</summary>
internal sealed class SubjectLimits(RuleStore rules, BudgetStore budgets, TimeProvider time)
{
    /// <param name="userId">Whom a role's limits are counted for.</param>
    public async Task<IReadOnlyList<AppliedLimit>> InForceAsync(Guid orgId, Subject subject, string? userId, CancellationToken cancellationToken)
    {
        var stored = new ActiveRules(time);
        stored.Replace(
        [
            .. await rules.OfSubjectAsync(orgId, subject.Kind, subject.Id, cancellationToken),
            .. await budgets.OfSubjectAsync(orgId, subject.Kind, subject.Id, cancellationToken),
        ]);
        var found = new List<AppliedLimit>();
        foreach (var surface in Subjects.Surfaces.Order())
        {
            if (userId is null) stored.Collect(new RuleSubject(orgId, subject.Kind, subject.Id), surface, found);
            else stored.CollectRole(new RuleSubject(orgId, subject.Kind, subject.Id), userId, surface, found, own: 0);
        }

        return [.. found.DistinctBy(static limit => limit.Limit.Id)];
    }
}
