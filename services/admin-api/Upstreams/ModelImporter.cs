using Npgsql;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Providers;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Upstreams;

/// <summary>Makes models and their routes to one provider, within one transaction. One a request.</summary>
internal sealed class ModelImporter(HttpContext http, NpgsqlTransaction transaction, Provider provider, ShippedPrices shipped)
{
    private const int MaximumModels = 500;

    public List<AuditEntry> Audit { get; } = [];

    /// <summary>The models and routes that are asked for, checked; their organisation and provider are not known yet.</summary>
    /// <exception cref="ApiProblemException">400 that names every fault of every item.</exception>
    public static IReadOnlyList<ModelToImport> Read(ModelImport body)
    {
        var errors = new FieldErrors();
        var items = body.Models ?? [];
        errors.Require(items.Count is >= 1 and <= MaximumModels, "models", $"must have 1 to {MaximumModels} items").ThrowIfAny();
        for (var i = 0; i < items.Count; i++)
        {
            var found = new FieldErrors();
            ModelRules.Apply(new Model { Id = Guid.Empty, OrgId = Guid.Empty }, Patch(items[i]), found);
            RouteRules.Apply(Route(items[i], Guid.Empty, Guid.Empty, Guid.Empty), new RoutePatch { UpstreamModel = new(items[i].UpstreamModel) }, found);
            foreach (var (field, messages) in found.ToDictionary())
                errors.Add($"models[{i}].{field}", string.Join(' ', messages));
        }

        errors.ThrowIfAny();
        return items;
    }

    public async Task<IReadOnlyList<ImportedModel>> ImportAsync(IReadOnlyList<ModelToImport> items, CancellationToken cancellationToken)
    {
        var results = new List<ImportedModel>(items.Count);
        foreach (var item in items)
            results.Add(await ImportAsync(results.Count, item, cancellationToken));
        return results;
    }

    private async Task<ImportedModel> ImportAsync(int index, ModelToImport item, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var status = StatusCodes.Status200OK;
        var model = await ModelStore.FindAsync(connection, provider.OrgId, item.ModelId ?? item.UpstreamModel!, forUpdate: true, cancellationToken);
        if (model is null)
        {
            model = new Model { Id = Guid.CreateVersion7(), OrgId = provider.OrgId };
            ModelRules.Apply(model, Patch(item), new FieldErrors());
            await ModelStore.InsertAsync(transaction, model, cancellationToken);
            Audit.Add(http.Audit("model.create", "model", model.Id.ToString(), after: model.View([], shipped)));
            status = StatusCodes.Status201Created;
        }

        var routes = await RouteStore.ListAsync(connection, provider.OrgId, [model.Id], cancellationToken);
        var route = routes.Find(known => known.ProviderId == provider.Id && known.UpstreamModel == item.UpstreamModel);
        if (route is null)
        {
            route = Route(item, provider.OrgId, model.Id, provider.Id);
            await RouteStore.InsertAsync(transaction, route, cancellationToken);
            Audit.Add(http.Audit("model_route.create", "model_route", route.Id.ToString(), after: route.View()));
            status = StatusCodes.Status201Created;
            routes.Add(route);
        }

        return new ImportedModel(index, status, model.Id, model.ModelId, route.Id, model.View(routes, shipped).PriceSource);
    }

    private static ModelRoute Route(ModelToImport item, Guid orgId, Guid modelId, Guid providerId) =>
        new() { Id = Guid.CreateVersion7(), OrgId = orgId, ModelId = modelId, ProviderId = providerId, UpstreamModel = item.UpstreamModel ?? "" };

    private static ModelPatch Patch(ModelToImport item) => new()
    {
        ModelId = new(item.ModelId ?? item.UpstreamModel),
        DisplayName = new(item.DisplayName),
        ContextWindow = new(item.ContextWindow),
        MaxOutputTokens = new(item.MaxOutputTokens),
        Enabled = new(item.Enabled),
    };
}
