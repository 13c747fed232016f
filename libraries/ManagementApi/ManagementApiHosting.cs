using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ThinkWatch.Postgres;

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
        builder.Services.AddSingleton(TrustedProxies.From(builder.Configuration));
        builder.Services.TryAddSingleton<ICallerAuthenticator, GrpcCallerAuthenticator>();
        builder.Services.AddHostedService<EndpointRules>();
        builder.AddMigrations(typeof(ManagementApiHosting).Assembly);
        return builder;
    }

    /// <summary>Call it before mapping endpoints.</summary>
    public static WebApplication UseManagementApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.Use(BodyBuffering.InvokeAsync);
        app.UseMiddleware<CallerMiddleware>();
        return app;
    }
}
