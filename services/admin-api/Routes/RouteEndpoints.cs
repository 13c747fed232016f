using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Providers;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Routes;

internal static class RouteEndpoints
{
    public static void MapModelRoutes(this IEndpointRouteBuilder routes)
    {
        var ofModel = routes.MapGroup("/api/admin/models/{id}/routes").WithTags("Models");
        ofModel.MapGet("", ListAsync).RequirePermissionInTeam("models:read").WithName("listModelRoutes").WithSummary("List a model's routes; {id} is the id or the model_id");
        ofModel.MapPost("", CreateAsync).RequirePermission("models:create", "models:update").WithName("createModelRoute").WithSummary("Add a route to a model; {id} is the id or the model_id");

        var single = routes.MapGroup("/api/admin/model-routes").WithTags("Models");
        single.MapGet("/{id:guid}", GetAsync).RequirePermissionInTeam("models:read").WithName("getModelRoute").WithSummary("Read a route");
        single.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("models:update").WithName("updateModelRoute").WithSummary("Change a route");
        single.MapPatch("/batch-weights", RouteWeights.UpdateAsync).RequirePermission("models:update").WithName("updateRouteWeights").WithSummary("Change the weights of several routes, all or none; If-Match takes the ETag of the list of their model");
        single.MapDelete("/{id:guid}", DeleteAsync).RequirePermission("models:update", "models:delete").WithName("deleteModelRoute").WithSummary("Delete a route");
    }

    private static async Task<Ok<Page<RouteView>>> ListAsync(HttpContext http, string id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var model = await ModelStore.FindAsync(connection, orgId, ModelEndpoints.FromPath(id), forUpdate: false, cancellationToken) ?? throw ModelEndpoints.Missing();
        var found = await RouteStore.ListAsync(connection, orgId, [model.Id], cancellationToken);
        http.SetETag(ModelRoute.VersionOf(found));
        return TypedResults.Ok(new Page<RouteView>([.. found.Select(static route => route.View())], NextCursor: null));
    }

    private static async Task<Ok<RouteView>> GetAsync(HttpContext http, Guid id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var route = await RouteStore.FindAsync(connection, http.Caller().OrgId(), id, forUpdate: false, cancellationToken) ?? throw Missing();
        http.SetETag(route.Version);
        return TypedResults.Ok(route.View());
    }

    private static async Task<Created<RouteView>> CreateAsync(HttpContext http, string id, RouteCreate body, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var view = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var connection = transaction.Connection!;
                var model = await ModelStore.FindAsync(connection, orgId, ModelEndpoints.FromPath(id), forUpdate: true, token) ?? throw ModelEndpoints.Missing();
                var errors = new FieldErrors();

                // Another organisation's provider is no provider.
                var provider = body.ProviderId is { } providerId ? await ProviderStore.FindAsync(connection, orgId, providerId, forUpdate: false, token) : null;
                errors.Require(provider is not null, "provider_id", body.ProviderId is null ? "is required" : "there is no such provider");
                var route = new ModelRoute { Id = Guid.CreateVersion7(), OrgId = orgId, ModelId = model.Id, ProviderId = provider?.Id ?? Guid.Empty };
                RouteRules.Apply(route, body.AsPatch(model.ModelId), errors);
                errors.ThrowIfAny();

                await RouteStore.InsertAsync(transaction, route, token);
                var stored = (await RouteStore.FindAsync(connection, orgId, route.Id, forUpdate: false, token))!.View();
                return new Change<RouteView>(stored, http.Audit("model_route.create", "model_route", route.Id.ToString(), after: stored));
            },
            cancellationToken);
        http.SetETag(1);
        return TypedResults.Created($"/api/admin/model-routes/{view.Id}", view);
    }

    private static async Task<Ok<RouteView>> UpdateAsync(HttpContext http, Guid id, RoutePatch body, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var updated = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var route = await RouteStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(route.Version);
                var before = route.View();
                var errors = new FieldErrors();
                RouteRules.Apply(route, body, errors);
                errors.ThrowIfAny();
                await RouteStore.UpdateAsync(transaction, route, token);
                var stored = (await RouteStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: false, token))!;
                return new Change<ModelRoute>(stored, http.Audit("model_route.update", "model_route", id.ToString(), before, stored.View()));
            },
            cancellationToken);
        http.SetETag(updated.Version);
        return TypedResults.Ok(updated.View());
    }

    private static async Task<NoContent> DeleteAsync(HttpContext http, Guid id, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        await changes.MakeAsync(
            async (transaction, token) =>
            {
                var route = await RouteStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(route.Version);
                await RouteStore.DeleteAsync(transaction, orgId, id, token);
                return new Change<Guid>(id, http.Audit("model_route.delete", "model_route", id.ToString(), before: route.View()));
            },
            cancellationToken);
        return TypedResults.NoContent();
    }

    private static ApiProblemException Missing() => ApiProblem.NotFound("route").AsException();
}
