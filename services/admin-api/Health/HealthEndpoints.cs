using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Health;

internal static class HealthEndpoints
{
    public static void MapFleetHealth(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/health", ReadAsync).RequireSignedIn().WithTags("Health").WithName("getHealth").WithSummary("Every service and store with its latency, and whether each control is in force");

    private static async Task<Ok<FleetHealth>> ReadAsync(HealthReader reader, CancellationToken cancellationToken) => TypedResults.Ok(await reader.ReadAsync(cancellationToken));
}
