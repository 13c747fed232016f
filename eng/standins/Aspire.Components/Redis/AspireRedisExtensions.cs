using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>
    /// Registers a singleton <see cref="IConnectionMultiplexer"/>, made when first asked for. A server that is away is not an
    /// error then: the multiplexer goes on connecting in the background.
    /// </summary>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        var settings = new StackExchangeRedisSettings();
        builder.Configuration.BindSettings(Section, connectionName, settings);
        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.TryAddSingleton<IConnectionMultiplexer>(_ => Connect(settings, connectionName, configureOptions));
        if (!settings.DisableHealthChecks)
            builder.AddCheck("StackExchange.Redis", services => new RedisHealthCheck(services));
        if (!settings.DisableAutoActivation)
            builder.Services.AddHostedService<RedisActivation>();
    }

    private static ConnectionMultiplexer Connect(
        StackExchangeRedisSettings settings, string connectionName, Action<ConfigurationOptions>? configureOptions)
    {
        var options = ConfigurationOptions.Parse(ComponentRegistration.Require(settings.ConnectionString, connectionName, Section));
        options.AbortOnConnectFail = false;
        configureOptions?.Invoke(options);
        var multiplexer = ConnectionMultiplexer.Connect(options);

        // Version 1 would otherwise run every continuation in the order of the answers, on one thread.
        multiplexer.PreserveAsyncOrder = false;
        return multiplexer;
    }

    private sealed class RedisHealthCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var connection = services.GetRequiredService<IConnectionMultiplexer>();
                await connection.GetDatabase().PingAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                return HealthCheckResult.Healthy();
            }
            catch (Exception error) when (error is RedisException or TimeoutException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer.", error);
            }
        }
    }

    private sealed class RedisActivation(IServiceProvider services) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
            Task.Run(() => services.GetRequiredService<IConnectionMultiplexer>(), stoppingToken);
    }
}
