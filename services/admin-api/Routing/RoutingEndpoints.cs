using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Routing;

internal static class RoutingEndpoints
{
    private const int DefaultHours = 6;
    private const int MaximumHours = 168;

    public static void MapRouting(this IEndpointRouteBuilder routes)
    {
        var model = routes.MapGroup("/api/admin/models/{id}").WithTags("Models");
        model.MapGet("/routing-projection", ProjectAsync).RequirePermissionInTeam("models:read").WithName("getRoutingProjection")
            .WithSummary("The split by weights and the split by score, with what a million tokens cost in each, from the calls of the last hours (hours = 6)");
        model.MapGet("/route-history", HistoryAsync).RequirePermissionInTeam("models:read").WithName("getRouteHistory").WithSummary("60 one-minute buckets of each route: calls, errors, p50 and p95");
        model.MapGet("/route-health", HealthAsync).RequirePermissionInTeam("models:read").WithName("getRouteHealth").WithSummary("Each route's circuit breaker and how the last five minutes went");
        routes.MapGet("/api/admin/model-routes/activity", ActivityAsync).WithTags("Models").RequirePermissionInTeam("models:read").WithName("getModelActivity")
            .WithSummary("The last hour of every model, calls and errors by two minutes, and the health of every route: what a table of models shows");
    }

    private static async Task<Ok<RoutingProjection>> ProjectAsync(
        HttpContext http, string id, int? hours, NpgsqlDataSource database, RoutingReader reader, CancellationToken cancellationToken)
    {
        if (hours is < 1 or > MaximumHours)
            throw ApiProblem.Invalid("hours", $"must be between 1 and {MaximumHours}").AsException();
        var (model, routes) = await FindAsync(http, id, database, cancellationToken);
        return TypedResults.Ok(await reader.ProjectAsync(model, routes, hours ?? DefaultHours, cancellationToken));
    }

    private static async Task<Ok<RouteHistory>> HistoryAsync(HttpContext http, string id, NpgsqlDataSource database, RoutingReader reader, CancellationToken cancellationToken)
    {
        var (model, routes) = await FindAsync(http, id, database, cancellationToken);
        return TypedResults.Ok(await reader.HistoryAsync(model, routes, cancellationToken));
    }

    private static async Task<Ok<RouteHealthReport>> HealthAsync(HttpContext http, string id, NpgsqlDataSource database, RoutingReader reader, CancellationToken cancellationToken)
    {
        var (model, routes) = await FindAsync(http, id, database, cancellationToken);
        return TypedResults.Ok(await reader.HealthAsync(model.OrgId, model.ModelId, routes, cancellationToken));
    }

    private static async Task<Ok<ModelActivityReport>> ActivityAsync(HttpContext http, NpgsqlDataSource database, RoutingReader reader, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        List<ModelRoute> all;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
            all = await RouteStore.ListAllAsync(connection, orgId, cancellationToken);
        return TypedResults.Ok(await reader.ActivityAsync(orgId, all, cancellationToken));
    }

    private static async Task<(Model Model, List<ModelRoute> Routes)> FindAsync(HttpContext http, string id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var orgId = http.Caller().OrgId();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var model = await ModelStore.FindAsync(connection, orgId, ModelEndpoints.FromPath(id), forUpdate: false, cancellationToken) ?? throw ModelEndpoints.Missing();
        return (model, await RouteStore.ListAsync(connection, orgId, [model.Id], cancellationToken));
    }
}
