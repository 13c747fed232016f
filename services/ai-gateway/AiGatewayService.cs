using ThinkWatch.AiGateway.Accounting;
using ThinkWatch.AiGateway.Caching;
using ThinkWatch.AiGateway.Capture;
using ThinkWatch.AiGateway.Formats;
using ThinkWatch.AiGateway.Guard;
using ThinkWatch.AiGateway.Pipeline;
using ThinkWatch.AiGateway.Providers;
using ThinkWatch.AiGateway.Providers.Bedrock;
using ThinkWatch.AiGateway.Routing;
using ThinkWatch.AiGateway.Routing.Health;
using ThinkWatch.AiGateway.StoredResponses;
using ThinkWatch.AiGateway.Surfaces;
using ThinkWatch.AiGateway.Thoughts;
using ThinkWatch.Contracts.Bodies;
using ThinkWatch.Pipeline;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;
using ThinkWatch.Spool;

namespace ThinkWatch.AiGateway;

/// <summary>What the AI gateway is made of.</summary>
internal static class AiGatewayService
{
    public static void AddAiGateway(this WebApplicationBuilder builder)
    {
        // The gateway counts bodies itself, by a setting that may change while it runs.
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);

        builder.AddVault();
        builder.AddCatalog();
        builder.AddSpool(static services => SpoolPolicyOf(services.GetRequiredService<ISettings>()));
        builder.AddPipeline();
        builder.AddProviders();
        builder.AddCapture();
        builder.AddStages();
        builder.Services.AddResponses();
        builder.Services.AddHealthChecks().AddCheck<CatalogHealth>("providers", tags: ["ready", "setup"]);
    }

    public static void MapAiGateway(this WebApplication app)
    {
        var pipeline = app.Services.GetRequiredService<RequestPipeline>();
        foreach (var surface in app.Services.GetServices<ISurface>())
            pipeline.Map(app, surface);
        pipeline.MapUnknown(app);
    }

    private static Func<SpoolPolicy> SpoolPolicyOf(ISettings settings) => () => new SpoolPolicy(
        TimeSpan.FromMilliseconds(settings.Get(SettingsRegistry.Audit.SpoolCommitMs)),
        string.Equals(settings.Get(SettingsRegistry.Audit.Durability), "fsync", StringComparison.Ordinal),
        settings.Get(SettingsRegistry.Audit.SpoolMaxBytes),
        string.Equals(settings.Get(SettingsRegistry.Audit.WhenFull), "drop", StringComparison.Ordinal));

    private static void AddProviders(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IProviderType, OpenAiProvider>();
        builder.Services.AddSingleton<IProviderType, AzureOpenAiProvider>();
        builder.Services.AddSingleton<IProviderType, GoogleProvider>();
        builder.Services.AddSingleton<IProviderType, BedrockProvider>();
        builder.Services.AddSingleton<RoleCredentials>();
        builder.Services.AddSingleton<IProviderType, AnthropicProvider>();
        builder.Services.AddFormats();
        builder.Services.AddSingleton(TelemetryState.Of(builder.Configuration));
        builder.Services.AddSingleton<UpstreamFactory>();
        builder.AddRouting();
        builder.Services.AddSingleton<CatalogViews>();
    }

    private static void AddRouting(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RouteHealthBook>();
        builder.Services.AddSingleton<RouteAffinity>();
        builder.Services.AddSingleton<RouteChoice>();
        if (builder.Configuration.GetConnectionString("redis") is null)
            return; // each replica judges its routes alone
        builder.AddRedisClient(
            "redis",
            static settings => (settings.DisableHealthChecks, settings.DisableAutoActivation) = (true, false),
            static options => (options.ConnectTimeout, options.KeepAlive, options.ClientName) = (2000, 5, "thinkwatch-ai-gateway"));
        builder.Services.AddHostedService<BreakerSharing>();
        builder.Services.AddSingleton<ThoughtMemory>();
        builder.Services.AddSingleton<ResponseCache>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ResponseCache>());
    }

    private static void AddCapture(this WebApplicationBuilder builder)
    {
        builder.AddFleetClient<Bodies.BodiesClient>("body-offload");
        builder.Services.AddSingleton<IBodyOffload, BodyOffloadClient>();
        builder.Services.AddSingleton<BodyOffloads>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<BodyOffloads>());
        builder.Services.AddSingleton<CallRecorder>();
        builder.Services.AddSingleton<GatewayMetrics>();
    }

    private static void AddStages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Random.Shared);
        builder.Services.AddSingleton<BodyMemory>();
        builder.Services.AddSingleton<JsonRelay>();
        builder.Services.AddSingleton<ConvertedJsonRelay>();
        builder.Services.AddSingleton<StreamRelay>();
        builder.Services.AddSingleton<UpstreamCaller>();
        builder.Services.AddSingleton<AuthenticateStage>();
        builder.Services.AddSingleton<ReadStage>();
        builder.Services.AddSingleton<AccessStage>();
        builder.Services.AddSingleton<GuardRuleBook>();
        builder.Services.AddSingleton<RequestGuard>();
        builder.Services.AddSingleton<IGuardPolicy>(static services => services.GetRequiredService<RequestGuard>());
        builder.Services.AddSingleton<GuardStage>();
        builder.Services.AddSingleton<CandidatesStage>();
        builder.Services.AddSingleton<LimitStage>();
        builder.Services.AddSingleton<CachePolicy>();
        builder.Services.AddSingleton<CachedAnswers>();
        builder.Services.AddSingleton<CacheStage>();
        builder.Services.AddSingleton<BeginAuditStage>();
        builder.Services.AddSingleton<CallStage>();
        builder.Services.AddSingleton<FinishStage>();
        builder.Services.AddSingleton<RequestPipeline>();
        builder.Services.AddSingleton<ISurface, ChatCompletionsSurface>();
        builder.Services.AddSingleton<ISurface, EmbeddingsSurface>();
        builder.Services.AddSingleton<ISurface, MessagesSurface>();
        builder.Services.AddSingleton<ISurface, CountTokensSurface>();
        builder.Services.AddSingleton<ISurface>(new ModelsSurface(single: false));
        builder.Services.AddSingleton<ISurface>(new ModelsSurface(single: true));
    }
}
