using System.Collections.Concurrent;

namespace ThinkWatch.Identity.Roles;

/// <summary>
/// Remembers what a combination of role versions comes to, so that authenticating a key parses no policy. Any number of threads; emptied
/// when it grows beyond its bound (an organisation has a handful of combinations).
/// </summary>
internal sealed class PolicyCache
{
    private const int Bound = 10_000;
    private readonly ConcurrentDictionary<string, EffectivePermissions> _known = new(StringComparer.Ordinal);

    public EffectivePermissions Resolve(Guid[] roleIds, long[] versions, string[] policies)
    {
        var name = string.Join(',', roleIds.Zip(versions, (id, version) => $"{id:N}.{version}").Order(StringComparer.Ordinal));
        if (_known.TryGetValue(name, out var effective))
            return effective;
        if (_known.Count > Bound)
            _known.Clear();
        return _known[name] = EffectivePermissions.Of([.. policies.Select(Policy.Parse)]);
    }
}
