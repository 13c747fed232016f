using ThinkWatch.AdminApi.Configuration;
using ThinkWatch.AdminApi.Dashboard;
using ThinkWatch.AdminApi.Description;
using ThinkWatch.AdminApi.Health;
using ThinkWatch.AdminApi.Logs;
using ThinkWatch.AdminApi.Models;
using ThinkWatch.AdminApi.Providers;
using ThinkWatch.AdminApi.Routes;
using ThinkWatch.AdminApi.Routing;
using ThinkWatch.AdminApi.Security;
using ThinkWatch.AdminApi.Setup;
using ThinkWatch.AdminApi.Snapshots;
using ThinkWatch.AdminApi.Store;
using ThinkWatch.AdminApi.Upstreams;
using ThinkWatch.Changes;
using ThinkWatch.ClickHouse;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;

namespace ThinkWatch.AdminApi;

/// <summary>Everything admin-api consists of.</summary>
internal static class AdminApiService
{
    public static WebApplicationBuilder AddAdminApi(this WebApplicationBuilder builder)
    {
        builder.AddVault();
        builder.AddPostgres("catalog");
        builder.AddClickHouse("clickhouse");
        builder.AddChangeFeed();
        builder.AddSettingValues();
        builder.AddFleetClient<Bodies.BodiesClient>("body-offload");
        builder.AddManagementApi();
        builder.AddRouting();

        builder.Services.AddSingleton<CatalogChanges>();
        builder.Services.AddSingleton<CatalogPurge>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<CatalogPurge>());
        builder.Services.AddSingleton<ProviderSecrets>();
        builder.Services.AddHostedService<SecretRenewal>();
        builder.Services.AddHostedService<SimulatorAddress>();
        builder.Services.AddSingleton<ProviderRules>();
        builder.Services.AddSingleton<ProviderProbe>();
        builder.Services.AddSingleton<ShippedPrices>();
        builder.Services.AddSingleton<SnapshotReader>();
        builder.Services.AddSingleton<SnapshotSource>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<SnapshotSource>());
        builder.Services.AddSingleton<LogStore>();
        builder.Services.AddSingleton<OverviewReader>();
        builder.Services.AddSingleton<GuardHitReader>();
        builder.Services.AddSingleton<ServiceProbe>();
        builder.Services.AddSingleton<HealthReader>();
        builder.Services.AddSingleton<FleetDocument>();
        return builder;
    }

    private static void AddRouting(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RouteFigureReader>();
        builder.Services.AddSingleton<BreakerReader>();
        builder.Services.AddSingleton<RoutingReader>();
        if (builder.Configuration.GetConnectionString("redis") is null)
            return; // the gateways' breakers are not shown then
        builder.AddRedisClient(
            "redis",
            static settings => (settings.DisableHealthChecks, settings.DisableAutoActivation) = (true, false),
            static options => (options.ConnectTimeout, options.KeepAlive, options.ClientName) = (2000, 5, "thinkwatch-admin-api"));
    }

    public static WebApplication MapAdminApi(this WebApplication app)
    {
        app.UseManagementApi();
        app.MapGrpcService<CatalogService>();
        app.MapProviders();
        app.MapUpstreams();
        app.MapModels();
        app.MapModelRoutes();
        app.MapRouting();
        app.MapSettings();
        app.MapSecurity();
        app.MapSimulator();
        app.MapGatewayAddress();
        app.MapLogs();
        app.MapDashboard();
        app.MapFleetHealth();
        app.MapFleetDocument();
        return app;
    }
}
