using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Spool.Shipping;

namespace ThinkWatch.Spool;

public static class SpoolHosting
{
    /// <summary>Registers <see cref="IAuditSpool"/> in <c>DATA_DIR/spool</c>, shipping to audit-ingest. Needs the service defaults. Registered <see cref="SpoolOptions"/> count in place of the usual.</summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="policy">Reads the operator's settings; called at every commit. The defaults when null.</param>
    public static void AddSpool(this IHostApplicationBuilder builder, Func<IServiceProvider, Func<SpoolPolicy>>? policy = null)
    {
        builder.AddAuditTransport();
        builder.Services.AddSingleton<SpoolMetrics>();
        builder.Services.AddSingleton(services => new AuditSpool(
            services.GetService<SpoolOptions>() ?? new SpoolOptions { Directory = Path.Combine(services.GetRequiredService<ServiceIdentity>().DataDirectory, "spool") },
            policy?.Invoke(services) ?? (static () => SpoolPolicy.Default),
            services.GetRequiredService<IAuditTransport>(),
            services.GetRequiredService<SpoolMetrics>(),
            services.GetRequiredService<ILogger<AuditSpool>>()));
        builder.Services.AddSingleton<IAuditSpool>(static services => services.GetRequiredService<AuditSpool>());
        builder.Services.AddHostedService(static services => services.GetRequiredService<AuditSpool>());
    }

    /// <summary>Registers only <see cref="IAuditTransport"/>, for a producer that keeps its events elsewhere, as in an outbox table.</summary>
    public static void AddAuditTransport(this IHostApplicationBuilder builder)
    {
        builder.AddFleetClient<AuditIngest.AuditIngestClient>("audit-ingest");
        builder.Services.AddSingleton<IAuditTransport, DirectTransport>();
    }
}
