using ThinkWatch.Contracts.Limits;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;

namespace ThinkWatch.Limits.Checks;

/// <summary>Everything a call is counted against, and how much of it.</summary>
/// <param name="Candidates">Those that may be reached; none when the first has no rules of its own.</param>
/// <param name="MayMove">A candidate has rules of its own: a failover has something to tell.</param>
internal sealed record CheckPlan(IReadOnlyList<Share> Common, IReadOnlyList<IReadOnlyList<Share>> Candidates, bool MayMove)
{
    public bool IsEmpty => Common.Count == 0 && !MayMove;

    /// <summary>Something of it is to be settled, or moved.</summary>
    public bool Reserves { get; } = MayMove || !IsAll(Common, Metric.Requests);

    /// <summary>Nothing but requests is counted, and softly: it makes no difference which of like calls are counted when.</summary>
    public bool IsAllottable => !Reserves && !IsStrict;

    public bool IsStrict { get; } = HasStrict(Common) || HasStrict(Candidates);

    private static bool IsAll(IReadOnlyList<Share> shares, Metric metric)
    {
        for (var i = 0; i < shares.Count; i++)
        {
            if (shares[i].Meter.Metric != metric) return false;
        }

        return true;
    }

    private static bool HasStrict(IReadOnlyList<IReadOnlyList<Share>> candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (HasStrict(candidates[i])) return true;
        }

        return false;
    }

    private static bool HasStrict(IReadOnlyList<Share> shares)
    {
        for (var i = 0; i < shares.Count; i++)
        {
            if (shares[i].Meter.Strict) return true;
        }

        return false;
    }
}

/// <summary>Finds the rules, budgets and caps of a call's subjects. Strict ones ask for what the call cannot exceed, soft ones for what it will likely be.</summary>
internal sealed class CheckPlanner(ActiveRules rules, RouteCaps caps, Func<bool> deniesUnpriced)
{
    /// <summary>More than any counter reaches: a share that never fits.</summary>
    private const long Never = 1L << 52;

    public bool IsLoaded => rules.IsLoaded;

    public CheckPlan Plan(Guid orgId, CheckRequest check)
    {
        var limits = Limits(orgId, check);
        var common = new Share[limits.Count];
        for (var i = 0; i < common.Length; i++) common[i] = ShareOf(limits[i].Meter, check.Estimate, check.Bound);
        var candidates = CandidatesOf(orgId, check, out var mayMove);
        return new CheckPlan(common, candidates, mayMove);
    }

    /// <summary>A candidate's own: its provider's limits, its route's caps.</summary>
    public IReadOnlyList<Share> SharesOf(Guid orgId, Candidate candidate, Usage? estimate, Usage? bound)
    {
        var provider = new RuleSubject(orgId, Subjects.Provider, candidate.ProviderId);
        if (candidate is { RpmCap: <= 0, TpmCap: <= 0 } && !rules.Knows(provider)) return [];
        var limits = new List<AppliedLimit>();
        rules.Collect(provider, Subjects.AiGateway, limits);
        var meters = limits.ConvertAll(static limit => limit.Meter);
        caps.Collect(orgId, candidate, meters);
        return [.. meters.Select(meter => ShareOf(meter, estimate, bound))];
    }

    /// <summary>All limits of the call's subjects but the candidates'.</summary>
    public List<AppliedLimit> Limits(Guid orgId, CheckRequest check)
    {
        var found = new List<AppliedLimit>(8);
        var surface = check.Surface;
        rules.Collect(new RuleSubject(orgId, Subjects.User, check.UserId), surface, found);
        rules.Collect(new RuleSubject(orgId, Subjects.ApiKey, check.KeyLineageId), surface, found);
        var own = found.Count;
        foreach (var role in check.RoleIds) rules.CollectRole(new RuleSubject(orgId, Subjects.Role, role), check.UserId, surface, found, own);
        foreach (var team in check.TeamIds) rules.Collect(new RuleSubject(orgId, Subjects.Team, team), surface, found);
        rules.Collect(new RuleSubject(orgId, Subjects.Organization, check.OrgId), surface, found);
        if (check.ModelId.Length > 0) rules.Collect(new RuleSubject(orgId, Subjects.Model, check.ModelId), surface, found);
        if (check.McpServerId.Length > 0) rules.Collect(new RuleSubject(orgId, Subjects.McpServer, check.McpServerId), surface, found);
        if (check.McpTool.Length > 0) rules.Collect(new RuleSubject(orgId, Subjects.McpTool, check.McpTool), surface, found);
        return found;
    }

    /// <summary>Why a call that does not fit there would never fit; empty when it is only too late, or too early.</summary>
    public string ReasonOf(Meter meter, CheckRequest check) =>
        meter.Metric == Metric.Usd && IsUnpriced(meter, check.Estimate, check.Bound) ? "unpriced" : meter.Strict && IsUnbounded(meter, check.Bound) ? "unbounded" : "";

    /// <summary>Those after one that has no rules of its own are never reached by a check.</summary>
    private IReadOnlyList<IReadOnlyList<Share>> CandidatesOf(Guid orgId, CheckRequest check, out bool mayMove)
    {
        mayMove = false;
        List<IReadOnlyList<Share>>? found = null;
        var isOpen = false;
        foreach (var candidate in check.Candidates)
        {
            var shares = SharesOf(orgId, candidate, check.Estimate, check.Bound);
            mayMove |= shares.Count > 0;
            if (!isOpen) (found ??= new(check.Candidates.Count)).Add(shares);
            isOpen |= shares.Count == 0;
        }

        return found is null || found[0].Count == 0 ? [] : found;
    }

    private Share ShareOf(Meter meter, Usage? estimate, Usage? bound)
    {
        if (meter.Metric == Metric.Requests) return new Share(meter, 1, 1, 1);
        var likely = AmountOf(meter.Metric, estimate);
        if ((meter.Metric == Metric.Usd && IsUnpriced(meter, estimate, bound)) || (meter.Strict && IsUnbounded(meter, bound))) return new Share(meter, Never, 0, likely);
        if (meter.Strict)
        {
            var most = AmountOf(meter.Metric, bound);
            return new Share(meter, Math.Max(1, most), most, likely);
        }

        // A soft budget is debited afterwards; a soft rule counts what is under way.
        return new Share(meter, 1, meter.IsBudget ? 0 : likely, likely);
    }

    private bool IsUnpriced(Meter meter, Usage? estimate, Usage? bound) =>
        (meter.Strict && bound is { Unpriced: true }) || (deniesUnpriced() && estimate is { Unpriced: true });

    private static bool IsUnbounded(Meter meter, Usage? bound) => meter.Metric != Metric.Requests && bound is null;

    public static long AmountOf(Metric metric, Usage? usage) => metric switch
    {
        Metric.Requests => 1,
        Metric.Tokens => usage?.WeightedTokens ?? 0,
        _ => usage?.UsdMicros ?? 0,
    };
}
