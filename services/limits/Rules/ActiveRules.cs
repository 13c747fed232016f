using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace ThinkWatch.Limits.Rules;

/// <summary>Who a limit is about.</summary>
internal readonly record struct RuleSubject(Guid OrgId, string Kind, string Id);

/// <summary>A limit that is in force, as it is counted for somebody.</summary>
internal readonly record struct AppliedLimit(ILimit Limit, string Slot, Meter Meter);

/// <summary>All enabled limits by subject. Swapped as a whole; a check takes one snapshot and never sees half a reload.</summary>
internal sealed class ActiveRules(TimeProvider time)
{
    private volatile Book _book = Book.Empty;

    /// <summary>True once the rules have been read; before that nothing may be declared unlimited.</summary>
    public bool IsLoaded { get; private set; }

    public IEnumerable<Guid> Organizations => _book.Organizations;

    public void Replace(IEnumerable<ILimit> limits)
    {
        _book = new Book(limits);
        IsLoaded = true;
    }

    public bool Knows(in RuleSubject subject) => _book.Of(subject) is not null;

    /// <summary>The budget that is counted there; null when there is none any more.</summary>
    public AppliedLimit? BudgetOf(Guid orgId, string counter) => _book.BudgetSlot(orgId, counter) is { } slot ? InForce(slot) : _book.RoleBudgetOf(orgId, counter);

    /// <summary>Adds the subject's limits that are in force now on that surface.</summary>
    public void Collect(in RuleSubject subject, string surface, List<AppliedLimit> into)
    {
        var book = _book;
        if (book.Of(subject) is not { } slots) return;
        foreach (var slot in slots)
        {
            if (InForce(slot) is { } limit && limit.Limit.AppliesTo(surface)) into.Add(limit);
        }
    }

    /// <summary>
    /// Adds a role's limits for somebody who holds it, but where the user or the key has a limit of its own in the slot. Of several roles the
    /// tightest counts. <paramref name="own"/>: how many in <paramref name="into"/> are the user's and the key's.
    /// </summary>
    public void CollectRole(in RuleSubject role, string userId, string surface, List<AppliedLimit> into, int own)
    {
        var book = _book;
        if (book.Of(role) is not { } slots) return;
        foreach (var slot in slots)
        {
            if (InForce(slot) is not { } found || !found.Limit.AppliesTo(surface)) continue;
            var place = into.FindIndex(other => other.Slot == found.Slot && IsPersonal(other.Limit));
            if (place >= 0 && place < own) continue;
            var meter = book.MeterOf(found.Limit, userId);
            if (meter.IsBudget && (place < 0 || meter.Limit < into[place].Meter.Limit)) book.NoteRoleBudget(found with { Meter = meter });
            if (place < 0) into.Add(found with { Meter = meter });
            else if (meter.Limit < into[place].Meter.Limit) into[place] = found with { Meter = meter };
        }
    }

    private static bool IsPersonal(ILimit limit) => limit.SubjectKind is Subjects.User or Subjects.ApiKey or Subjects.Role;

    private AppliedLimit? InForce(Slot slot) =>
        slot.Override is { } temporary && temporary.Limit.ExpiresAt > time.GetUtcNow() ? temporary : slot.Standing;

    private readonly record struct Slot(AppliedLimit? Standing, AppliedLimit? Override);

    private sealed class Book(IEnumerable<ILimit> limits)
    {
        public static readonly Book Empty = new([]);

        private readonly FrozenDictionary<RuleSubject, Slot[]> _bySubject = limits.Where(static l => l.Enabled)
            .GroupBy(static l => new RuleSubject(l.OrgId, l.SubjectKind, l.SubjectId))
            .ToFrozenDictionary(static g => g.Key, static g => g.GroupBy(static l => l.Slot).Select(SlotOf).ToArray());

        private readonly ConcurrentDictionary<(Guid Limit, string User), Meter> _ofRoles = new();

        /// <summary>The budgets of roles that calls have met since the last reload, by who is counted: the tightest of somebody's roles.</summary>
        private readonly ConcurrentDictionary<(Guid OrgId, string Counter), AppliedLimit> _roleBudgets = new();

        public IEnumerable<Guid> Organizations => _bySubject.Keys.Select(static s => s.OrgId).Distinct();

        /// <summary>Whose slot it is that is counted there; a role's is counted under its holders.</summary>
        public Slot? BudgetSlot(Guid orgId, string counter)
        {
            // <kind>:<id>:budget:<period>:<unit>; the id may have colons itself.
            var slot = counter.LastIndexOf(":budget:", StringComparison.Ordinal);
            var kind = counter.IndexOf(':', StringComparison.Ordinal);
            if (slot <= kind) return null;
            foreach (var candidate in Of(new RuleSubject(orgId, counter[..kind], counter[(kind + 1)..slot])) ?? [])
            {
                if ((candidate.Standing ?? candidate.Override)?.Meter.Counter == counter) return candidate;
            }

            return null;
        }

        public AppliedLimit? RoleBudgetOf(Guid orgId, string counter) => _roleBudgets.TryGetValue((orgId, counter), out var budget) ? budget : null;

        public Slot[]? Of(in RuleSubject subject) => _bySubject.GetValueOrDefault(subject);

        public Meter MeterOf(ILimit limit, string userId) =>
            _ofRoles.GetOrAdd((limit.Id, userId), static (key, limit) => limit.MeterOf(Subjects.User, key.User), limit);

        public void NoteRoleBudget(in AppliedLimit budget)
        {
            var counted = (budget.Meter.OrgId, budget.Meter.Counter);
            if (!_roleBudgets.TryGetValue(counted, out var known) || known.Limit.Id != budget.Limit.Id) _roleBudgets[counted] = budget;
        }

        private static Slot SlotOf(IGrouping<string, ILimit> slot)
        {
            var standing = slot.FirstOrDefault(static l => l.ExpiresAt is null);
            var temporary = slot.FirstOrDefault(static l => l.ExpiresAt is not null);
            return new Slot(Applied(standing), Applied(temporary));
        }

        private static AppliedLimit? Applied(ILimit? limit) => limit is null ? null : new AppliedLimit(limit, limit.Slot, limit.MeterOf(limit.SubjectKind, limit.SubjectId));
    }
}
