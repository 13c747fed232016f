using System.Collections.Concurrent;
using System.Collections.Frozen;
using ThinkWatch.AiGateway.Providers;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>
/// One catalog snapshot, compiled for the calls: decrypted keys, parsed prices, candidates. A call takes one view and never sees half a change.
/// Immutable; swapped atomically by <see cref="CatalogViews"/>.
/// </summary>
internal sealed class CatalogView(ulong sequence, FrozenDictionary<string, OrganizationCatalog> organizations)
{
    public static readonly CatalogView Empty = new(0, FrozenDictionary<string, OrganizationCatalog>.Empty);

    public ulong Sequence { get; } = sequence;

    public bool HasProviders { get; } = organizations.Values.Any(static catalog => catalog.HasProviders);

    public OrganizationCatalog For(string orgId) => organizations.GetValueOrDefault(orgId, OrganizationCatalog.Empty);
}

/// <summary>What one organisation may reach.</summary>
/// <param name="prices">What models cost that are not registered.</param>
internal sealed class OrganizationCatalog(FrozenDictionary<string, ModelEntry> models, Upstream[] upstreams, KnownPrices prices)
{
    public static readonly OrganizationCatalog Empty = new(FrozenDictionary<string, ModelEntry>.Empty, [], KnownPrices.None);

    private const int MaxPrefixModels = 10_000;

    /// <summary>Names that route without registration, and the type of provider they go to.</summary>
    private static readonly (string Prefix, string Type)[] s_prefixes =
        [("gpt-", "openai"), ("o1-", "openai"), ("o3-", "openai"), ("o4-", "openai"), ("chatgpt-", "openai"), ("claude-", "anthropic"), ("gemini-", "google")];

    // Names come from clients: bounded.
    private readonly ConcurrentDictionary<string, ModelEntry> _byPrefix = new();

    public bool HasProviders => upstreams.Length > 0;

    public IEnumerable<ModelEntry> Models => models.Values;

    /// <summary>The registered model, else one that a default prefix routes; null when there is neither.</summary>
    public ModelEntry? Find(string model)
    {
        if (models.TryGetValue(model, out var registered))
            return registered;
        foreach (var (prefix, type) in s_prefixes)
        {
            if (model.StartsWith(prefix, StringComparison.Ordinal))
                return FindByPrefix(model, type);
        }

        return null;
    }

    private ModelEntry? FindByPrefix(string model, string type)
    {
        if (_byPrefix.TryGetValue(model, out var known))
            return known;
        RouteCandidate[] routes =
        [
            .. upstreams.Where(upstream => upstream.Type == type)
                .Select(upstream => new RouteCandidate(upstream, "", model, 1, prices.Of(model), new Contracts.Limits.Candidate { ProviderId = upstream.Id })),
        ];
        if (routes.Length == 0)
            return null;
        var entry = new ModelEntry
        {
            ModelId = model,
            Enabled = true,
            OwnedBy = type,
            CreatedAtUnix = 0,
            InputMultiplier = 1,
            OutputMultiplier = 1,
            Routes = routes,
            ByPrefix = true,
        };
        return _byPrefix.Count < MaxPrefixModels ? _byPrefix.GetOrAdd(model, entry) : entry;
    }
}
