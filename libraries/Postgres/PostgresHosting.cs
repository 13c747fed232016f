using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ThinkWatch.Postgres;

public static class PostgresHosting
{
    /// <summary>
    /// Registers an <see cref="NpgsqlDataSource"/> whose search path is the service's own schema, the migrations embedded in the calling
    /// assembly (<c>&lt;EmbeddedResource Include="Migrations/*.sql" /&gt;</c>, applied in name order), <see cref="PostgresReady"/> and a health check.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IHostApplicationBuilder AddPostgres(this IHostApplicationBuilder builder, string schema)
    {
        var service = Assembly.GetCallingAssembly();
        var connectionString = builder.Configuration.GetConnectionString("postgres");
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new InvalidOperationException("ConnectionStrings__postgres is not set. Example: Host=127.0.0.1;Port=5432;Database=thinkwatch;Username=postgres;Password=…");

        DapperConventions.Apply();
        // Statements are worth a line only when they fail; change feeds ask five times a second.
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Services.AddSingleton(new PostgresSchema(schema));
        builder.Services.AddSingleton(services => CreateDataSource(connectionString, schema, services.GetService<ILoggerFactory>()));
        builder.Services.AddSingleton(new MigrationAssembly(service, Shared: false));
        builder.Services.TryAddSingleton<PostgresReady>();
        builder.Services.AddHostedService<MigrationService>();
        builder.Services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", tags: ["ready"], timeout: TimeSpan.FromSeconds(3));
        return builder;
    }

    /// <summary>Adds the migrations embedded in a shared library; they run before the service's own, in the service's schema.</summary>
    public static IHostApplicationBuilder AddMigrations(this IHostApplicationBuilder builder, Assembly library)
    {
        if (!builder.Services.Any(d => d.ImplementationInstance is MigrationAssembly known && known.Assembly == library))
            builder.Services.AddSingleton(new MigrationAssembly(library, Shared: true));
        return builder;
    }

    internal static NpgsqlDataSource CreateDataSource(string connectionString, string schema, ILoggerFactory? loggers = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema, ApplicationName = "thinkwatch-" + schema };
        // Several services and replicas share one server: the driver's default of 100 each would exhaust it.
        if (settings.MaxPoolSize == 100)
            settings.MaxPoolSize = 20;
        if (settings.Timeout == 15)
            settings.Timeout = 5;
        if (settings.CommandTimeout == 30)
            settings.CommandTimeout = 10;
        // What runs more than once on a connection is prepared by the driver.
        if (settings.MaxAutoPrepare == 0)
            (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (64, 2);
        // A named data source keeps the connection string out of traces.
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = schema };
        // Spans belong to a request; background polls would only fill the trace store.
        source.ConfigureTracing(static tracing => tracing.ConfigureCommandFilter(static _ => Activity.Current is not null).ConfigureBatchFilter(static _ => Activity.Current is not null));
        if (loggers is not null)
            source.UseLoggerFactory(loggers);
        return source.Build();
    }
}

/// <summary>The schema that this service owns.</summary>
public sealed record PostgresSchema(string Name);

internal sealed record MigrationAssembly(Assembly Assembly, bool Shared);
