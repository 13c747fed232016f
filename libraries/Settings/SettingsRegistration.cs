using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Settings;

public static class SettingsRegistration
{
    /// <summary>Adds <see cref="ISettings"/>, fed by admin-api. Needs <c>AddServiceDefaults</c> and <c>AddVault</c>.</summary>
    public static IHostApplicationBuilder AddSettings(this IHostApplicationBuilder builder) => builder.AddFeed(settingsOnly: true);

    /// <summary>Adds <see cref="ISettings"/> and the whole <see cref="CatalogFeed"/>: providers, models, routes. Needs <c>AddServiceDefaults</c> and <c>AddVault</c>.</summary>
    public static IHostApplicationBuilder AddCatalog(this IHostApplicationBuilder builder) => builder.AddFeed(settingsOnly: false);

    /// <summary>Adds <see cref="ISettings"/> without a feed: the caller applies the values.</summary>
    public static IHostApplicationBuilder AddSettingValues(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<SettingValues>();
        builder.Services.TryAddSingleton<ISettings>(static services => services.GetRequiredService<SettingValues>());
        return builder;
    }

    private static IHostApplicationBuilder AddFeed(this IHostApplicationBuilder builder, bool settingsOnly)
    {
        builder.AddSettingValues();
        builder.AddFleetClient<Catalog.CatalogClient>("admin-api");
        builder.Services.AddSingleton(services =>
        {
            var service = services.GetRequiredService<ServiceIdentity>();
            var path = Path.Combine(service.DataDirectory, settingsOnly ? "settings.snapshot" : "catalog.snapshot");
            var file = new SnapshotFile(path, services.GetRequiredService<Vault>(), services.GetRequiredService<ILogger<SnapshotFile>>());
            return new CatalogFeed(
                services.GetRequiredService<Catalog.CatalogClient>(),
                services.GetRequiredService<SettingValues>(),
                file,
                new CatalogFeedOptions(service.Name, settingsOnly),
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<CatalogFeed>>());
        });

        // The feed restores the kept snapshot when it is made, and hosted services are made before the first of them starts.
        builder.Services.AddHostedService(static services => services.GetRequiredService<CatalogFeed>());
        return builder;
    }
}
