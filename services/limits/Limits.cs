using ThinkWatch.Changes;
using ThinkWatch.Limits.Checks;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits;

/// <summary>Rate rules: kept in Postgres, held in memory, counted in Redis by one atomic script a request.</summary>
internal static class Limits
{
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.AddPostgres("limits");
        builder.AddChangeFeed();
        builder.AddRedisClient(
            "redis",
            static settings => (settings.DisableHealthChecks, settings.DisableAutoActivation) = (true, false),
            static options => (options.ConnectTimeout, options.KeepAlive, options.ClientName) = (2000, 5, "thinkwatch-limits"));
        builder.Services.AddHealthChecks().AddCheck<CounterStoreCheck>("redis", tags: ["ready"], timeout: TimeSpan.FromSeconds(3));
        builder.AddManagementApi();
        builder.Services.AddSingleton<RuleStore>();
        builder.Services.AddSingleton<SubjectResolver>();
        builder.Services.AddSingleton<ActiveRules>();
        builder.Services.AddHostedService<RuleReloader>();
        builder.Services.AddSingleton<SlidingWindows>();
        builder.Services.AddSingleton<LimitsService>();
    }

    public static void MapLimits(this WebApplication app)
    {
        app.UseManagementApi();
        app.MapGrpcService<LimitsService>();
        app.MapRules();
    }
}
