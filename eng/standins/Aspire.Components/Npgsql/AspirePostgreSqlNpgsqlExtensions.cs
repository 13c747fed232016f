using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string Section = "Aspire:Npgsql";

    /// <summary>Registers a singleton <see cref="NpgsqlDataSource"/>, made when first asked for.</summary>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        builder.Services.TryAddSingleton(Register(builder, connectionName, null, configureSettings, configureDataSourceBuilder));
        builder.Services.TryAddSingleton<System.Data.Common.DbDataSource>(services => services.GetRequiredService<NpgsqlDataSource>());
    }

    /// <summary>The same under a service key, which is also the connection's name.</summary>
    public static void AddKeyedNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string name,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var create = Register(builder, name, name, configureSettings, configureDataSourceBuilder);
        builder.Services.TryAddKeyedSingleton<NpgsqlDataSource>(name, (services, _) => create(services));
    }

    private static Func<IServiceProvider, NpgsqlDataSource> Register(
        IHostApplicationBuilder builder,
        string connectionName,
        string? key,
        Action<NpgsqlSettings>? configureSettings,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
    {
        var settings = new NpgsqlSettings();
        builder.Configuration.BindSettings(Section, connectionName, settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);
        if (!settings.DisableHealthChecks)
        {
            builder.AddCheck(
                key is null ? "PostgreSql" : $"PostgreSql_{connectionName}",
                services => new NpgsqlHealthCheck(key is null
                    ? services.GetRequiredService<NpgsqlDataSource>()
                    : services.GetRequiredKeyedService<NpgsqlDataSource>(key)));
        }

        if (!settings.DisableTracing)
            builder.AddTracing("Npgsql");
        if (!settings.DisableMetrics)
            builder.AddMetrics("Npgsql");
        return services =>
        {
            var dataSource = new NpgsqlDataSourceBuilder(ComponentRegistration.Require(settings.ConnectionString, connectionName, Section));

            // Without a name, spans and metrics carry the connection string.
            dataSource.Name = connectionName;
            dataSource.UseLoggerFactory(services.GetService<ILoggerFactory>());
            configureDataSourceBuilder?.Invoke(dataSource);
            return dataSource.Build();
        };
    }

    private sealed class NpgsqlHealthCheck(NpgsqlDataSource dataSource) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = dataSource.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
                return HealthCheckResult.Healthy();
            }
            catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", error);
            }
        }
    }
}
