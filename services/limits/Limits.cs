using StackExchange.Redis;
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
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
        {
            var options = ConfigurationOptions.Parse(builder.Configuration.GetConnectionString("redis") ?? "127.0.0.1:6379");
            options.AbortOnConnectFail = false;
            var multiplexer = ConnectionMultiplexer.Connect(options);
            multiplexer.PreserveAsyncOrder = false;
            return multiplexer;
        });
        builder.AddManagementApi();
        builder.Services.AddSingleton<RuleStore>();
        builder.Services.AddSingleton<ActiveRules>();
        builder.Services.AddHostedService<RuleReloader>();
        builder.Services.AddSingleton<SlidingWindows>();
    }

    public static void MapLimits(this WebApplication app)
    {
        app.UseManagementApi();
        app.MapGrpcService<LimitsService>();
        app.MapRules();
    }
}
