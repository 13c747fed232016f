using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.Postgres;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;

namespace ThinkWatch.ManagementApi;

public static class ManagementApiHosting
{
    /// <summary>
    /// Conventions of every /api endpoint: JSON, problems, callers and permissions, the audit outbox. Needs AddPostgres. A service that
    /// authenticates by itself registers its <see cref="ICallerAuthenticator"/> first.
    /// </summary>
    public static WebApplicationBuilder AddManagementApi(this WebApplicationBuilder builder)
    {
        builder.Services.Configure<JsonOptions>(o => ApiJson.Apply(o.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddSingleton(static services => new TrustedProxies(services.GetService<ISettings>()));
        builder.Services.AddSingleton(static services => new KeyThrottle(services.GetService<ISettings>(), services.GetRequiredService<TimeProvider>()));
        if (!builder.Has<ICallerAuthenticator>())
        {
            builder.AddClientOnce<Identity.IdentityClient>("identity");
            builder.Services.AddSingleton<ICallerAuthenticator, GrpcCallerAuthenticator>();
        }

        builder.AddClientOnce<AuditIngest.AuditIngestClient>("audit-ingest");
        builder.Services.AddHostedService<AuditOutboxDispatcher>();
        builder.Services.AddHostedService<EndpointRules>();
        builder.Services.AddManagementDocument();
        builder.AddMigrations(typeof(ManagementApiHosting).Assembly);
        return builder;
    }

    /// <summary>Call it before mapping endpoints.</summary>
    public static WebApplication UseManagementApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.Use(BodyBuffering.InvokeAsync);
        app.UseMiddleware<CallerMiddleware>();
        app.MapManagementDocument();
        return app;
    }

    private static void AddClientOnce<TClient>(this WebApplicationBuilder builder, string service) where TClient : ClientBase<TClient>
    {
        if (!builder.Has<TClient>())
            builder.AddFleetClient<TClient>(service);
    }

    private static bool Has<TService>(this WebApplicationBuilder builder) => builder.Services.Any(d => d.ServiceType == typeof(TService));
}
