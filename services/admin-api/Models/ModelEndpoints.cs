using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Models;

internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/api/admin/models").WithTags("Models");
        models.MapGet("", ListAsync).RequirePermissionInTeam("models:read").WithName("listModels").WithSummary("List models with their routes");
        models.MapPost("", CreateAsync).RequirePermission("models:create").WithName("createModel").WithSummary("Add a model");
        models.MapGet("/{id}", GetAsync).RequirePermissionInTeam("models:read").WithName("getModel").WithSummary("Read a model, by id or model_id");
        models.MapPatch("/{id}", UpdateAsync).RequirePermission("models:update").WithName("updateModel").WithSummary("Change a model; enabled = false is the kill switch");
        models.MapDelete("/{id}", DeleteAsync).RequirePermission("models:delete").WithName("deleteModel").WithSummary("Delete a model and its routes");
    }

    /// <summary>A model_id may hold a slash, which a path carries as %2F and the router leaves as it is.</summary>
    public static string FromPath(string id) => Uri.UnescapeDataString(id);

    public static ApiProblemException Missing() => ApiProblem.NotFound("model").AsException();

    private static async Task<Ok<Page<ModelView>>> ListAsync(HttpContext http, ListQuery query, NpgsqlDataSource database, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var plan = ListPlan.For(query, "model_id");
        var orgId = http.Caller().OrgId();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var models = await ModelStore.ListAsync(connection, orgId, plan, cancellationToken);
        var modelRoutes = (await RouteStore.ListAsync(connection, orgId, [.. models.Select(static m => m.Id)], cancellationToken)).ToLookup(static r => r.ModelId);
        return TypedResults.Ok(Page<ModelView>.From(
            [.. models.Select(m => m.View([.. modelRoutes[m.Id]], shipped))], plan.Limit, last => plan.CursorAfter(last.Id, last.ModelId)));
    }

    private static async Task<Ok<ModelView>> GetAsync(HttpContext http, string id, NpgsqlDataSource database, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var model = await ModelStore.FindAsync(connection, http.Caller().OrgId(), FromPath(id), forUpdate: false, cancellationToken) ?? throw Missing();
        http.SetETag(model.Version);
        return TypedResults.Ok(await ViewAsync(connection, model, shipped, cancellationToken));
    }

    private static async Task<Created<ModelView>> CreateAsync(HttpContext http, ModelCreate body, CatalogChanges changes, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var model = new Model { Id = Guid.CreateVersion7(), OrgId = http.Caller().OrgId() };
        var errors = new FieldErrors();
        ModelRules.Apply(model, body.AsPatch(), errors);
        errors.ThrowIfAny();

        var view = await changes.MakeAsync(
            async (transaction, token) =>
            {
                await ModelStore.InsertAsync(transaction, model, token);
                var stored = (await ModelStore.FindAsync(transaction.Connection!, model.OrgId, model.Id.ToString(), forUpdate: false, token))!.View([], shipped);
                return new Change<ModelView>(stored, http.Audit("model.create", "model", model.Id.ToString(), after: stored));
            },
            cancellationToken);
        http.SetETag(model.Version);
        return TypedResults.Created($"/api/admin/models/{view.Id}", view);
    }

    private static async Task<Ok<ModelView>> UpdateAsync(
        HttpContext http, string id, ModelPatch body, CatalogChanges changes, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var (view, version) = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var model = await ModelStore.FindAsync(transaction.Connection!, orgId, FromPath(id), forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(model.Version);
                var before = await ViewAsync(transaction.Connection!, model, shipped, token);
                var errors = new FieldErrors();
                ModelRules.Apply(model, body, errors, shipped.Find(model.ModelId, before.Routes.Select(static route => route.UpstreamModel)));
                errors.ThrowIfAny();
                await ModelStore.UpdateAsync(transaction, model, token);
                var stored = (await ModelStore.FindAsync(transaction.Connection!, orgId, model.Id.ToString(), forUpdate: false, token))!;
                var after = await ViewAsync(transaction.Connection!, stored, shipped, token);
                return new Change<(ModelView, long)>((after, stored.Version), http.Audit("model.update", "model", model.Id.ToString(), before, after));
            },
            cancellationToken);
        http.SetETag(version);
        return TypedResults.Ok(view);
    }

    private static async Task<NoContent> DeleteAsync(HttpContext http, string id, CatalogChanges changes, ShippedPrices shipped, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        await changes.MakeAsync(
            async (transaction, token) =>
            {
                var model = await ModelStore.FindAsync(transaction.Connection!, orgId, FromPath(id), forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(model.Version);
                var before = await ViewAsync(transaction.Connection!, model, shipped, token);
                await ModelStore.SoftDeleteAsync(transaction, orgId, model.Id, token);
                return new Change<Guid>(model.Id, http.Audit("model.delete", "model", model.Id.ToString(), before: before));
            },
            cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<ModelView> ViewAsync(NpgsqlConnection connection, Model model, ShippedPrices shipped, CancellationToken cancellationToken) =>
        model.View(await RouteStore.ListAsync(connection, model.OrgId, [model.Id], cancellationToken), shipped);
}
