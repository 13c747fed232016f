using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace ThinkWatch.Identity.Sessions;

/// <summary>
/// The one connection to Redis, which re-establishes itself. Every call has a deadline: the driver gives up on commands of a dead
/// connection by itself only after a long while. Safe for any number of threads.
/// </summary>
internal sealed class RedisConnection : IHealthCheck, IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private readonly Task<ConnectionMultiplexer> _connection;

    public RedisConnection(string address)
    {
        var options = ConfigurationOptions.Parse(address);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.SyncTimeout = 2000;
        options.ClientName = "thinkwatch-identity";
        _connection = ConnectAsync(options);
    }

    /// <exception cref="TimeoutException">Redis is away; the API answers 503 to it.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command)
    {
        try
        {
            return await OnceAsync(command);
        }
        catch (RedisServerException forgotten) when (forgotten.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Somebody flushed the server's scripts: nothing was run, and the driver sends the text the next time.
            return await OnceAsync(command);
        }
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await RunAsync(static database => database.PingAsync());
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy("Redis does not answer");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsCompletedSuccessfully)
            (await _connection).Dispose();
    }

    private async Task<T> OnceAsync<T>(Func<IDatabase, Task<T>> command)
    {
        try
        {
            var connection = await _connection.WaitAsync(Deadline);
            return await command(connection.GetDatabase()).WaitAsync(Deadline);
        }
        catch (RedisConnectionException away)
        {
            throw new TimeoutException("Redis does not answer", away);
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options)
    {
        // Off the caller's thread: the driver runs continuations on its reader, which must never be blocked by ours.
        var connection = await Task.Run(() => ConnectionMultiplexer.ConnectAsync(options));
        connection.PreserveAsyncOrder = false;
        return connection;
    }
}
