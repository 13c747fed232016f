using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.ServiceDefaults.Balancing;
using ThinkWatch.ServiceDefaults.Metrics;

namespace ThinkWatch.ServiceDefaults;

/// <summary>What every service of the fleet has in common: endpoints, logs, telemetry, health, internal authentication, graceful stop.</summary>
public static class FleetService
{
    /// <summary>Registers the defaults for the service <paramref name="name"/> (the resource name, e.g. <c>ai-gateway</c>).</summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="name">The resource name.</param>
    /// <param name="ownEndpoints">True when the service binds its listeners itself (edge does); otherwise HTTP_PORT and GRPC_PORT are bound.</param>
    public static ServiceIdentity AddServiceDefaults(this WebApplicationBuilder builder, string name, bool ownEndpoints = false)
    {
        var identity = ServiceIdentity.Create(name, builder.Configuration["DATA_DIR"]);
        var endpoints = ServiceEndpoints.Read(builder.Configuration);
        builder.Services.AddSingleton(identity);
        builder.Services.AddSingleton(endpoints);
        builder.Services.AddSingleton(new FleetAddresses(builder.Configuration));
        builder.Services.AddSingleton<FleetChannels>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddRouting();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new InternalToken(builder.RequireSecret("INTERNAL_TOKEN", Secrets.AtLeast32Characters)));
        builder.Services.AddReadiness();
        builder.AddPlainLogs();
        builder.AddTelemetry(identity);
        builder.AddMetricsEndpoint();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(25));
        // A receive is tried with a buffer at once: waiting for data first would cost every request another system call.
        // And what was received is worked on at once, on the same pool thread: handing it to another one costs more than most requests have to do.
        builder.Services.Configure<SocketTransportOptions>(static o => (o.WaitForDataBeforeAllocatingBuffer, o.UnsafePreferInlineScheduling) = (false, true));
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            if (!ownEndpoints) endpoints.Bind(o);
        });
        return identity;
    }

    /// <summary>Installs the middleware and maps <c>/health/*</c>. Call first, before the service maps its own endpoints.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.UseServiceDefaults();
        app.UseRouting();
        app.MapHealth();
        app.MapMetrics();
        return app;
    }

    /// <summary>The middleware alone, for a service that answers <c>/health/*</c> in its own way.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseMiddleware<RequestSpans>();
        app.UseMiddleware<InternalAuthentication>();
        return app;
    }

    private static void AddPlainLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "HH:mm:ss.fff ";
            o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        // Request paths and bodies never reach the log by accident: the framework speaks from Warning on.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);

        // As long as this one can speak, every request gets an activity and a log scope, also when no trace is collected.
        // Nothing is lost with it: it says when requests start and end. Unhandled exceptions are Kestrel's to report.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // The dependency reporter says the same once, in words.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }
}
