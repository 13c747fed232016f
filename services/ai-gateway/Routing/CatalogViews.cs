using System.Collections.Frozen;
using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Routing.Health;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Settings;

namespace ThinkWatch.AiGateway.Routing;

/// <summary>Turns every snapshot of the catalog into a view. One writer (the feed), many readers.</summary>
internal sealed class CatalogViews : IDisposable
{
    private readonly CatalogFeed _feed;
    private readonly UpstreamFactory _upstreams;
    private readonly RouteHealthBook _book;
    private readonly GuardRuleBook _rules;
    private volatile CatalogView _current = CatalogView.Empty;

    public CatalogViews(CatalogFeed feed, UpstreamFactory upstreams, RouteHealthBook book, GuardRuleBook rules)
    {
        _book = book;
        _rules = rules;
        _feed = feed;
        _upstreams = upstreams;
        feed.Changed += Apply;
        Apply(feed.Current);
    }

    public CatalogView Current => _current;

    public void Dispose() => _feed.Changed -= Apply;

    private void Apply(Snapshot snapshot)
    {
        // Rules first: no model is there before what holds for its calls.
        _rules.Compile(snapshot);
        var upstreams = snapshot.Providers.Where(static provider => provider.Enabled)
            .Select(_upstreams.Create).OfType<Upstream>().ToDictionary(static upstream => upstream.Id);
        _upstreams.Forget(upstreams.Keys);
        _book.Forget(upstreams.Keys.Concat(snapshot.Models.SelectMany(static model => model.Routes).Select(static route => route.Id)).ToHashSet());
        var prices = KnownPrices.Of(snapshot.ShippedPrices);
        var organizations = snapshot.Models.Select(static model => model.OrgId).Concat(upstreams.Values.Select(static upstream => upstream.OrgId)).Distinct();
        _current = new CatalogView(snapshot.Sequence, organizations.ToFrozenDictionary(static org => org, org => new OrganizationCatalog(
            snapshot.Models.Where(model => model.OrgId == org).DistinctBy(static model => model.ModelId)
                .ToFrozenDictionary(static model => model.ModelId, model => Compile(model, upstreams)),
            [.. upstreams.Values.Where(upstream => upstream.OrgId == org)],
            prices)));
    }

    private ModelEntry Compile(Model model, Dictionary<string, Upstream> upstreams)
    {
        RouteCandidate[] routes =
        [
            .. model.Routes
                .Where(route => route.Enabled && upstreams.TryGetValue(route.ProviderId, out var upstream) && upstream.OrgId == model.OrgId)
                .Select(route => Compile(model, route, upstreams[route.ProviderId])),
        ];
        var owners = routes.Select(static route => route.Upstream.Name).Distinct().ToArray();
        return new ModelEntry
        {
            ModelId = model.ModelId,
            Enabled = model.Enabled,
            Strategy = model.Strategy,
            AffinityMode = model.AffinityMode,
            OwnedBy = owners is [var only] ? only : "thinkwatch",
            CreatedAtUnix = model.CreatedAtUnix,
            DisplayName = model.DisplayName,
            ContextWindow = model.ContextWindow,
            MaxOutputTokens = model.MaxOutputTokens,
            InputMultiplier = Multiplier(model.InputMultiplier),
            OutputMultiplier = Multiplier(model.OutputMultiplier),
            Routes = routes,
        };
    }

    private RouteCandidate Compile(Model model, Contracts.Catalog.Route route, Upstream upstream) => new(
        upstream,
        route.Id,
        route.UpstreamModel.Length > 0 ? route.UpstreamModel : model.ModelId,
        route.Weight,
        ModelPrices.Of(route.Prices) ?? ModelPrices.Of(model.Prices),
        new Contracts.Limits.Candidate { ProviderId = upstream.Id, RouteId = route.Id, RpmCap = route.RpmCap, TpmCap = route.TpmCap },
        _book.Of(route.Id, upstream.Id, upstream.Name));

    // Absent on the wire is zero; a model whose tokens do not count is no model with limits.
    private static double Multiplier(double value) => value > 0 ? value : 1;
}
