using System.Collections.Concurrent;

namespace ThinkWatch.Identity.Roles;

/// <summary>One row of role_assignments with its role; <see cref="Team"/> null: everywhere.</summary>
internal readonly record struct AssignmentRow(Guid Role, long Version, string Policy, Guid? Team);

/// <summary>
/// Remembers what a combination of role versions comes to, so that authenticating a key parses no policy. Any number of threads; emptied
/// when it grows beyond its bound (an organisation has a handful of combinations).
/// </summary>
internal sealed class PolicyCache
{
    private const int Bound = 10_000;
    private readonly ConcurrentDictionary<string, Grants> _known = new(StringComparer.Ordinal);

    public Grants Resolve(IReadOnlyList<AssignmentRow> rows)
    {
        if (rows.Count == 0)
            return Grants.None;
        var name = string.Join(',', rows.Select(r => $"{r.Role:N}.{r.Version}.{r.Team:N}").Order(StringComparer.Ordinal));
        if (_known.TryGetValue(name, out var grants))
            return grants;
        if (_known.Count > Bound)
            _known.Clear();
        return _known[name] = Grants.Of([.. rows.Select(r => new Assigned(Policy.Parse(r.Policy), r.Team))]);
    }
}
