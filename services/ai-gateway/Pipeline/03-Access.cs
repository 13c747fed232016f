using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Surfaces;

namespace ThinkWatch.AiGateway.Pipeline;

/// <summary>May this principal use the gateway, this surface, this model; and is the model there and switched on?</summary>
internal sealed class AccessStage(CatalogViews catalog) : IStage
{
    private const string Permission = "ai_gateway:use";
    private const string GatewaySurface = "ai_gateway";

    public bool AppliesTo(ISurface surface) => true;

    public ValueTask<Refusal?> RunAsync(Exchange exchange) => new(Judge(exchange));

    private Refusal? Judge(Exchange exchange)
    {
        var principal = exchange.Principal!;
        if (!principal.MayUse(GatewaySurface))
            return Refusals.SurfaceNotAllowed;
        if (!principal.Has(Permission))
            return Refusals.MayNotUseGateway;
        exchange.Catalog = catalog.Current;
        if (exchange.Surface is not ICallSurface)
            return null;

        // Allowed first: a restricted key does not learn which other models exist.
        var model = exchange.Facts.Model;
        if (!principal.Models.Allows(model))
            return Refusals.ModelNotAllowed(model);
        exchange.Model = exchange.Catalog.For(principal.Principal.OrgId).Find(model);
        if (exchange.Model is null)
            return Refusals.ModelUnknown(model);
        return exchange.Model.Enabled ? null : Refusals.ModelDisabled(model);
    }
}
