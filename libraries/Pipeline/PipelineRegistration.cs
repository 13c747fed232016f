using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.Pipeline.Allotments;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;

namespace ThinkWatch.Pipeline;

/// <summary>Registers what both gateways share.</summary>
public static class PipelineRegistration
{
    /// <summary>
    /// <see cref="PrincipalCache"/> with its feed, <see cref="LimitsGate"/> and <see cref="Settlements"/>, with clients of identity and limits.
    /// Needs <see cref="ISettings"/>.
    /// </summary>
    public static void AddPipeline(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddFleetClient<Contracts.Identity.Identity.IdentityClient>("identity");
        builder.AddFleetClient<Limits.LimitsClient>("limits");
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(static services => PipelinePolicy.Of(services.GetRequiredService<ISettings>()));
        builder.Services.AddSingleton<TrustedProxies>();
        builder.Services.AddSingleton<PrincipalCache>();
        builder.Services.AddHostedService<IdentityFeed>();
        builder.Services.AddSingleton<AllotmentBook>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<AllotmentBook>());
        builder.Services.AddSingleton<LimitsGate>();
        builder.Services.AddSingleton<FirstContact>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<FirstContact>());
        builder.Services.AddHealthChecks().AddCheck<FirstContact>("peers", tags: ["ready"]);
        builder.Services.AddSingleton<Settlements>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<Settlements>());
    }
}
