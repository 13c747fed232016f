using ThinkWatch.Tests.ClickHouse;

[assembly: AssemblyFixture(typeof(ThinkWatch.Integration.Tests.Stores.EmbeddedStores))]

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>
/// The stores of this assembly: each is started when a test first asks for it, and ended with the assembly. A test class takes a database of its
/// own; Redis is shared, so keys must be its own too.
/// </summary>
public sealed class EmbeddedStores : IAsyncDisposable
{
    private readonly Lazy<Task<EmbeddedPostgres>> _postgres = new(EmbeddedPostgres.StartAsync);
    private readonly Lazy<Task<EmbeddedRedis>> _redis = new(() => EmbeddedRedis.StartAsync());
    private readonly Lazy<Task<ClickHouseServer>> _clickHouse = new(StartClickHouseAsync);

    /// <summary>The connection string of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await _postgres.Value).CreateDatabaseAsync();

    /// <summary>host:port.</summary>
    public async Task<string> RedisAsync() => (await _redis.Value).Address;

    /// <summary>The connection string of a ClickHouse database of the caller's own; it is not made yet.</summary>
    public async Task<string> ClickHouseDatabaseAsync() =>
        $"Host=127.0.0.1;Port={(await _clickHouse.Value).Port};Database=test_{Guid.NewGuid():N};Username=default;Password=";

    public async ValueTask DisposeAsync()
    {
        if (_postgres.IsValueCreated)
            await (await _postgres.Value).DisposeAsync();
        if (_redis.IsValueCreated)
            await (await _redis.Value).DisposeAsync();
        if (_clickHouse.IsValueCreated)
            await (await _clickHouse.Value).DisposeAsync();
    }

    private static async Task<ClickHouseServer> StartClickHouseAsync()
    {
        var server = new ClickHouseServer();
        await server.StartAsync();
        return server;
    }
}
