using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.AdminApi.Logs;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.AdminApi.Dashboard;

internal static class DashboardEndpoints
{
    public static void MapDashboard(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/dashboard/overview", OverviewAsync).RequirePermissionInTeam(LogScope.Permissions("analytics")).WithTags("Dashboard").WithName("getOverview")
            .WithSummary("The home page: totals, the period before, a series, the top models and users, the providers; range = 1h, 24h or 7d");

    private static async Task<Ok<Overview>> OverviewAsync(HttpContext http, string? range, OverviewReader reader, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(await reader.ReadAsync(LogScope.Of(http.Caller(), "analytics"), OverviewRange.Parse(range, time.GetUtcNow()), cancellationToken));
}
