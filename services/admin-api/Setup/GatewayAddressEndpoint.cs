using Microsoft.AspNetCore.Http.HttpResults;
using ThinkWatch.ManagementApi;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.AdminApi.Setup;

/// <summary>Where AI clients send their calls.</summary>
/// <param name="Port">The gateway port, on the host that the console was reached under; null when this service was not told.</param>
internal sealed record GatewayAddress(int? Port);

internal static class GatewayAddressEndpoint
{
    public static void MapGatewayAddress(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/gateway/address", Read).WithTags("Set-up").RequireSignedIn().WithName("getGatewayAddress")
            .WithSummary("The port that AI clients call, for what the console gives them to copy");

    private static Ok<GatewayAddress> Read(FleetAddresses addresses) => TypedResults.Ok(new GatewayAddress(addresses.First("edge", "gateway")?.Port));
}
