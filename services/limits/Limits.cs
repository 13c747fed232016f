using StackExchange.Redis;
using ThinkWatch.Changes;
using ThinkWatch.Limits.Budgets;
using ThinkWatch.Limits.Checkpoints;
using ThinkWatch.Limits.Checks;
using ThinkWatch.Limits.Consumption;
using ThinkWatch.Limits.Counters;
using ThinkWatch.Limits.Notifications;
using ThinkWatch.Limits.Rules;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using ThinkWatch.Settings;

namespace ThinkWatch.Limits;

/// <summary>Rate rules and budgets: kept in Postgres, held in memory, counted in Redis by one atomic script a request.</summary>
internal static class Limits
{
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.AddVault();
        builder.AddCatalog();
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
        builder.Services.AddSingleton<LimitAccess>();
        builder.Services.AddSingleton<LimitWriter>();
        builder.Services.AddSingleton<SubjectLimits>();
        builder.Services.AddSingleton<UsageReader>();
        builder.Services.AddSingleton<ActiveRules>();
        builder.Services.AddHostedService<RuleReloader>();
        builder.AddNotifications();
        builder.AddChecks();
    }

    private static void AddNotifications(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<AlertQueue>();
        services.AddHostedService(static s => s.GetRequiredService<AlertQueue>());
        services.AddSingleton<KeyNotices>();
        services.AddSingleton<Addressing>();
        services.AddSingleton<NotificationStore>();
        services.AddHostedService<NotificationKeeper>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookSender>();
        services.AddHostedService<WebhookDispatcher>();
    }

    private static void AddChecks(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<BudgetStore>();
        services.AddSingleton<CounterEpochs>();
        services.AddSingleton<RouteCaps>();
        services.AddSingleton(static s => new BudgetClock(ZoneOf(s), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static s => new CheckScript(s.GetRequiredService<IConnectionMultiplexer>(), s.GetRequiredService<BudgetClock>(), s.GetRequiredService<CounterEpochs>(), LeaseOf(s)));
        services.AddSingleton(static s => new AdjustScript(s.GetRequiredService<IConnectionMultiplexer>(), s.GetRequiredService<BudgetClock>(), s.GetRequiredService<CounterEpochs>()));
        services.AddSingleton(static s => new CheckPlanner(s.GetRequiredService<ActiveRules>(), s.GetRequiredService<RouteCaps>(), DeniesUnpricedOf(s)));
        services.AddSingleton(static s => ActivatorUtilities.CreateInstance<BudgetAlerts>(s, ThresholdsOf(s)));
        services.AddSingleton(static s => ActivatorUtilities.CreateInstance<Settling>(s, LeaseOf(s)));
        services.AddSingleton(static s => new AllotScript(s.GetRequiredService<IConnectionMultiplexer>(), s.GetRequiredService<BudgetClock>(), s.GetRequiredService<CounterEpochs>()));
        services.AddSingleton<Allotting>();
        services.AddHostedService<LeaseSweeper>();
        services.AddCheckpoints();
        services.AddSingleton<LimitsService>();
        services.AddSingleton<Rehearsal>();
        services.AddHostedService(static s => s.GetRequiredService<Rehearsal>());
        services.AddHealthChecks().AddCheck<Rehearsal>("checks", tags: ["ready"]);
    }

    private static void AddCheckpoints(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointStore>();
        services.AddSingleton(static s => new CounterSnapshot(s.GetRequiredService<IConnectionMultiplexer>(), s.GetRequiredService<CounterEpochs>(), LeaseOf(s)));
        services.AddSingleton<CallReplay>();
        services.AddHostedService(static s => ActivatorUtilities.CreateInstance<CheckpointKeeper>(s, s.GetRequiredService<Settling>(), UnguardedOf(s)));
    }

    /// <summary>Settles whatever the store's epoch is.</summary>
    private static Settling UnguardedOf(IServiceProvider services)
    {
        var script = new AdjustScript(services.GetRequiredService<IConnectionMultiplexer>(), services.GetRequiredService<BudgetClock>(), new CounterEpochs());
        return ActivatorUtilities.CreateInstance<Settling>(services, script, LeaseOf(services));
    }

    private static Func<TimeZoneInfo> ZoneOf(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>();
        return () => TimeZoneInfo.TryFindSystemTimeZoneById(settings.Get(SettingsRegistry.Limits.TimeZone), out var zone) ? zone : TimeZoneInfo.Utc;
    }

    /// <summary>The longest that a call can take with all its retries, and a margin.</summary>
    private static Func<TimeSpan> LeaseOf(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>();
        return () => TimeSpan.FromSeconds((settings.Get(SettingsRegistry.Gateway.RequestTimeoutSecs) * (settings.Get(SettingsRegistry.Gateway.RetryMax) + 1)) + 300);
    }

    private static Func<bool> DeniesUnpricedOf(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>();
        return () => settings.Get(SettingsRegistry.Limits.Unpriced) == "deny";
    }

    private static Func<IReadOnlyList<string>> ThresholdsOf(IServiceProvider services)
    {
        var settings = services.GetRequiredService<ISettings>();
        return () => settings.Get(SettingsRegistry.Limits.BudgetAlertThresholds);
    }

    public static void MapLimits(this WebApplication app)
    {
        app.UseManagementApi();
        app.MapGrpcService<LimitsService>();
        app.MapRules();
        app.MapBudgets();
        app.MapBulk();
        app.MapUsage();
        app.MapNotifications();
        app.MapWebhook();
    }
}
