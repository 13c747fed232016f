using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ThinkWatch.ClickHouse;

public static class ClickHouseRegistration
{
    /// <summary>
    /// Registers <see cref="IClickHouse"/>, <see cref="ClickHouseMigrator"/> and a readiness check for the connection string
    /// <paramref name="connectionName"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The connection string is missing or malformed; the message names it and holds no secret.</exception>
    public static IHostApplicationBuilder AddClickHouse(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = ReadOptions(builder.Configuration, connectionName);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IClickHouse>(_ => new ClickHouseClient(CreateHttpClient(), options));
        builder.Services.AddSingleton<ClickHouseMigrator>();
        builder.Services.AddHealthChecks().AddCheck<ClickHouseHealthCheck>(connectionName, HealthStatus.Unhealthy, ["ready"], TimeSpan.FromSeconds(6));
        return builder;
    }

    private static HttpClient CreateHttpClient() => new(ClickHouseClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    private static ClickHouseOptions ReadOptions(IConfiguration configuration, string name)
    {
        var text = configuration.GetConnectionString(name);
        if (string.IsNullOrWhiteSpace(text))
            throw new InvalidOperationException($"ConnectionStrings__{name} is not set. Example: Host=127.0.0.1;Port=8123;Database=thinkwatch;Username=default;Password=");
        try
        {
            return ClickHouseOptions.Parse(text);
        }
        catch (FormatException malformed)
        {
            throw new InvalidOperationException($"ConnectionStrings__{name}: {malformed.Message}", malformed);
        }
    }

    private sealed class ClickHouseHealthCheck(IClickHouse clickHouse) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await clickHouse.PingAsync(cancellationToken).ConfigureAwait(false);
                return HealthCheckResult.Healthy();
            }
            catch (ClickHouseException failure)
            {
                return HealthCheckResult.Unhealthy(failure.Message);
            }
        }
    }
}
