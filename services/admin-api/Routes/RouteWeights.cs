using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Routes;

/// <summary>What <c>PATCH /api/admin/model-routes/batch-weights</c> takes.</summary>
internal sealed record RouteWeightsPatch
{
    [Required]
    public IReadOnlyList<RouteWeight>? Updates { get; init; }
}

internal sealed record RouteWeight([property: Required] Guid? Id, [property: Required] int? Weight);

/// <summary>Several routes' weights at once, all or none, so that no call is spread by half of a change.</summary>
internal static class RouteWeights
{
    private const int MaximumUpdates = 500;

    public static async Task<Ok<Page<RouteView>>> UpdateAsync(HttpContext http, RouteWeightsPatch body, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var updates = Read(body);
        var views = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var routes = await HoldAsync(transaction.Connection!, orgId, [.. updates.Select(static update => update.Id)], token);
                foreach (var ofModel in routes.GroupBy(static route => route.ModelId))
                    http.RequireMatch(ModelRoute.VersionOf(ofModel));
                var errors = new FieldErrors();
                var audit = new List<AuditEntry>();
                var changed = new RouteView?[updates.Count];
                foreach (var (index, id, weight) in updates)
                {
                    var route = routes.Find(candidate => candidate.Id == id);
                    errors.Require(route is not null, $"updates[{index}].id", "there is no such route");
                    if (route is null)
                        continue;
                    var before = route.View();
                    route.Weight = weight;
                    await RouteStore.UpdateAsync(transaction, route, token);
                    changed[index] = (await RouteStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: false, token))!.View();
                    audit.Add(http.Audit("model_route.update", "model_route", id.ToString(), before, changed[index]));
                }

                errors.ThrowIfAny();
                return new Change<RouteView[]>(changed!, [.. audit]);
            },
            cancellationToken);
        return TypedResults.Ok(new Page<RouteView>(views, NextCursor: null));
    }

    /// <summary>
    /// All routes of the models that these are of: a route's weight says nothing without those beside it. With its model held no route comes to it, with
    /// the routes held none changes or goes. First models, then routes, each in the order of their ids, with and without If-Match: so two changes wait for
    /// each other, and not forever.
    /// </summary>
    private static async Task<List<ModelRoute>> HoldAsync(NpgsqlConnection connection, Guid orgId, Guid[] ids, CancellationToken cancellationToken)
    {
        var models = new SortedSet<Guid>();
        foreach (var id in ids)
        {
            if (await RouteStore.FindAsync(connection, orgId, id, forUpdate: false, cancellationToken) is { } route)
                models.Add(route.ModelId);
        }

        foreach (var model in models)
            await ModelStore.FindAsync(connection, orgId, model.ToString(), forUpdate: true, cancellationToken);
        return await RouteStore.ListAsync(connection, orgId, [.. models], cancellationToken, forUpdate: true);
    }

    private static List<(int Index, Guid Id, int Weight)> Read(RouteWeightsPatch body)
    {
        var errors = new FieldErrors();
        var given = body.Updates ?? [];
        errors.Require(given.Count is >= 1 and <= MaximumUpdates, "updates", $"must have 1 to {MaximumUpdates} items").ThrowIfAny();
        var seen = new HashSet<Guid>();
        for (var i = 0; i < given.Count; i++)
        {
            errors.Require(given[i].Id is not null, $"updates[{i}].id", "is required")
                .Require(given[i].Id is not { } id || seen.Add(id), $"updates[{i}].id", "is there twice")
                .Require(given[i].Weight is >= 0 and <= RouteRules.MaximumWeight, $"updates[{i}].weight", $"must be between 0 and {RouteRules.MaximumWeight}");
        }

        errors.ThrowIfAny();
        return [.. given.Select(static (update, i) => (i, update.Id!.Value, update.Weight!.Value))];
    }
}
