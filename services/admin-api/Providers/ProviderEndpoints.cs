using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Providers;

internal static class ProviderEndpoints
{
    public static void MapProviders(this IEndpointRouteBuilder routes)
    {
        var providers = routes.MapGroup("/api/admin/providers").WithTags("Providers");
        providers.MapGet("", ListAsync).RequirePermissionInTeam("providers:read").WithName("listProviders").WithSummary("List providers");
        providers.MapPost("", CreateAsync).RequirePermission("providers:create").WithName("createProvider").WithSummary("Add a provider");
        providers.MapGet("/{id:guid}", GetAsync).RequirePermissionInTeam("providers:read").WithName("getProvider").WithSummary("Read a provider");
        providers.MapPatch("/{id:guid}", UpdateAsync).RequirePermission("providers:update").WithName("updateProvider").WithSummary("Change a provider");
        providers.MapDelete("/{id:guid}", DeleteAsync).RequirePermission("providers:delete").WithName("deleteProvider").WithSummary("Delete a provider");
    }

    private static async Task<Ok<Page<ProviderView>>> ListAsync(HttpContext http, ListQuery query, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var plan = ListPlan.For(query, "name");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var providers = await ProviderStore.ListAsync(connection, http.Caller().OrgId(), plan, cancellationToken);
        return TypedResults.Ok(Page<ProviderView>.From([.. providers.Select(static p => p.View())], plan.Limit, last => plan.CursorAfter(last.Id, last.Name)));
    }

    private static async Task<Ok<ProviderView>> GetAsync(HttpContext http, Guid id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var provider = await ProviderStore.FindAsync(connection, http.Caller().OrgId(), id, forUpdate: false, cancellationToken) ?? throw Missing();
        http.SetETag(provider.Version);
        return TypedResults.Ok(provider.View());
    }

    private static async Task<Created<ProviderView>> CreateAsync(
        HttpContext http, ProviderCreate body, ProviderRules rules, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        errors.Require(Provider.Types.Contains(body.ProviderType), "provider_type", $"must be one of {string.Join(", ", Provider.Types)}");
        var provider = new Provider
        {
            Id = Guid.CreateVersion7(),
            OrgId = http.Caller().OrgId(),
            ProviderType = body.ProviderType ?? "",
            Simulated = body.Simulated ?? false,
        };
        rules.Apply(provider, body.AsPatch(), errors);
        errors.ThrowIfAny();

        var view = await changes.MakeAsync(
            async (transaction, token) =>
            {
                await ProviderStore.InsertAsync(transaction, provider, token);
                var stored = (await ProviderStore.FindAsync(transaction.Connection!, provider.OrgId, provider.Id, forUpdate: false, token))!.View();
                return new Change<ProviderView>(stored, http.Audit("provider.create", "provider", provider.Id.ToString(), after: stored));
            },
            cancellationToken);
        http.SetETag(provider.Version);
        return TypedResults.Created($"/api/admin/providers/{view.Id}", view);
    }

    private static async Task<Ok<ProviderView>> UpdateAsync(
        HttpContext http, Guid id, ProviderPatch body, ProviderRules rules, CatalogChanges changes, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        var updated = await changes.MakeAsync(
            async (transaction, token) =>
            {
                var provider = await ProviderStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(provider.Version);
                var before = provider.View();
                var errors = new FieldErrors();
                rules.Apply(provider, body, errors);
                errors.ThrowIfAny();
                await ProviderStore.UpdateAsync(transaction, provider, token);
                var stored = (await ProviderStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: false, token))!;
                return new Change<Provider>(stored, http.Audit("provider.update", "provider", id.ToString(), before, stored.View()));
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
                var provider = await ProviderStore.FindAsync(transaction.Connection!, orgId, id, forUpdate: true, token) ?? throw Missing();
                http.RequireMatch(provider.Version);
                await ProviderStore.SoftDeleteAsync(transaction, orgId, id, token);
                return new Change<Guid>(id, http.Audit("provider.delete", "provider", id.ToString(), before: provider.View()));
            },
            cancellationToken);
        return TypedResults.NoContent();
    }

    private static ApiProblemException Missing() => ApiProblem.NotFound("provider").AsException();
}
