using ThinkWatch.Contracts.Identity;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Rules;

/// <summary>
/// Who may see and set whose limits. Everywhere: all. In teams: those of the team, of its members and of its keys; there nothing above the team's own, and
/// the team's own may only be drawn tighter. Everybody sees what is their own.
/// </summary>
internal sealed class LimitAccess(SubjectResolver subjects, RuleStore rules, BudgetStore budgets)
{
    public const string Read = "limits:read";
    public const string ReadOwn = "limits:read_own";
    public const string Write = "limits:write";

    /// <exception cref="ApiProblemException">404: there is no such subject, or none that the caller may see.</exception>
    public async Task<Subject> SeeAsync(HttpContext http, string kind, string id, CancellationToken cancellationToken)
    {
        var subject = await subjects.ResolveAsync(http, kind, id, cancellationToken);
        return MaySee(http.Caller(), subject) ? subject : throw ApiProblem.NotFound(kind).AsException();
    }

    /// <summary>For what sets a subject's limits, but for those of a team itself.</summary>
    /// <exception cref="ApiProblemException">404 as above; 403: it may be seen, not touched.</exception>
    public async Task<Subject> TouchAsync(HttpContext http, string kind, string id, CancellationToken cancellationToken)
    {
        var subject = await SeeAsync(http, kind, id, cancellationToken);
        var reach = http.Caller().Reach(Write);
        if (reach.Everywhere) return subject;
        // What concerns somebody as such is nothing for the manager of one of their teams.
        if (subject.TeamIds.Count == 0 || !subject.TeamIds.All(team => reach.Covers(Guid.Parse(team)))) throw ApiProblem.MissingPermission(Write).AsException();
        return subject;
    }

    /// <summary>For what loosens: removing a limit, emptying its counter.</summary>
    /// <exception cref="ApiProblemException">404 and 403 as above.</exception>
    public async Task<Subject> LoosenAsync(HttpContext http, string kind, string id, CancellationToken cancellationToken)
    {
        var subject = await TouchAsync(http, kind, id, cancellationToken);
        if (subject.Kind == Subjects.Team && !http.Caller().Reach(Write).Everywhere)
            throw ApiProblem.Forbidden("A team's own limits may be drawn tighter by its manager, not removed or reset.").AsException();
        return subject;
    }

    /// <exception cref="ApiProblemException">403: it is above what the caller's team has.</exception>
    public async Task RequireWithinAsync(HttpContext http, Subject subject, ILimit wanted, CancellationToken cancellationToken)
    {
        if (http.Caller().Reach(Write).Everywhere) return;
        foreach (var team in subject.TeamIds)
        {
            foreach (var own in await OwnAsync(http.Caller().OrgId(), team, wanted.Slot, cancellationToken))
            {
                var isLooser = subject.Kind == Subjects.Team && (!wanted.Enabled || (own.Mode == Modes.Strict && wanted.Mode != Modes.Strict));
                if (isLooser || AmountOf(wanted) > AmountOf(own)) throw ApiProblem.Forbidden($"That is more than the team's own {own.Label} allows.").AsException();
            }
        }
    }

    private static bool MaySee(Principal caller, Subject subject)
    {
        var reach = caller.Reach(Read);
        if (reach.Everywhere || subject.TeamIds.Any(team => reach.Covers(Guid.Parse(team)))) return true;
        if (!caller.Reach(ReadOwn).Any) return false;
        return subject.OwnerId.Length > 0
            ? string.Equals(subject.OwnerId, caller.UserId, StringComparison.OrdinalIgnoreCase)
            : subject.Kind == Subjects.Team && caller.Teams.Any(team => team.Id == subject.Id);
    }

    private async Task<IEnumerable<ILimit>> OwnAsync(Guid orgId, string team, string slot, CancellationToken cancellationToken)
    {
        var ofTeam = new List<ILimit>();
        ofTeam.AddRange(await rules.OfSubjectAsync(orgId, Subjects.Team, team, cancellationToken));
        ofTeam.AddRange(await budgets.OfSubjectAsync(orgId, Subjects.Team, team, cancellationToken));
        return ofTeam.Where(limit => limit.Enabled && limit.ExpiresAt is null && limit.Slot == slot);
    }

    private static long AmountOf(ILimit limit) => limit is Budget budget ? budget.Limit : ((Rule)limit).MaxCount;
}
