// Follows the API of Aspire.Npgsql, Aspire.Npgsql.EntityFrameworkCore.PostgreSQL, Aspire.StackExchange.Redis and
// Aspire.Confluent.Kafka 13.5.2: the part that this repository uses.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every component does the same way: settings from configuration, health check, telemetry.</summary>
internal static class ComponentRegistration
{
    /// <summary>Binds a section and its sub-section of the connection's name, as the packages do.</summary>
    public static void BindSettings(this IConfiguration configuration, string section, string connectionName, object settings)
    {
        configuration.GetSection(section).Bind(settings);
        configuration.GetSection($"{section}:{connectionName}").Bind(settings);
    }

    public static string Require(string? connectionString, string connectionName, string section) =>
        string.IsNullOrEmpty(connectionString)
            ? throw new InvalidOperationException(
                $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' or under the 'ConnectionString' key in '{section}' configuration section.")
            : connectionString;

    /// <summary>Adds a check once under its name.</summary>
    public static void AddCheck(this IHostApplicationBuilder builder, string name, Func<IServiceProvider, IHealthCheck> create) =>
        builder.Services.AddHealthChecks().Services.Configure<HealthCheckServiceOptions>(options =>
        {
            if (options.Registrations.All(known => known.Name != name))
                options.Registrations.Add(new HealthCheckRegistration(name, create, failureStatus: null, tags: null, TimeSpan.FromSeconds(5)));
        });

    public static void AddTracing(this IHostApplicationBuilder builder, string source) =>
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(source));

    public static void AddMetrics(this IHostApplicationBuilder builder, string meter) =>
        builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(meter));
}
