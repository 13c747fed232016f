namespace ThinkWatch.Identity.Roles;

/// <summary>Which models (or tools) may be used: <see cref="Allowed"/> null is all of them; <see cref="Denied"/> wins. Globs. Immutable.</summary>
internal sealed record NameLimits(IReadOnlyList<string>? Allowed, IReadOnlyList<string> Denied)
{
    /// <summary>Whether everything that <paramref name="other"/> reaches is within this. In doubt (globs that overlap in part) it is not.</summary>
    public bool Covers(NameLimits other) =>
        other.Allowed is [] || (WithinAllowed(other) && Denied.All(d => other.Denied.Any(o => Glob.Matches(o, d)) || !MayReach(other, d)));

    public bool Covers(string pattern) =>
        (Allowed is null || Allowed.Any(a => Glob.Matches(a, pattern))) && !Denied.Any(d => Glob.Matches(d, pattern));

    private bool WithinAllowed(NameLimits other) =>
        Allowed is null || (other.Allowed is not null && other.Allowed.All(o => Allowed.Any(a => Glob.Matches(a, o))));

    // Names without a star can be compared; whatever has one is taken to overlap.
    private static bool MayReach(NameLimits other, string denied) =>
        other.Allowed is null || other.Allowed.Any(a => a.Contains('*', StringComparison.Ordinal) || Glob.Matches(denied, a));
}
