using ThinkWatch.Integration.Tests.Stores;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>One admin-api for a test class, over a database and a log store of its own. Tests keep apart by their organisations.</summary>
public sealed class AdminApiFixture(EmbeddedStores stores) : IAsyncLifetime
{
    internal string Database { get; private set; } = "";

    internal AdminApiHost Host { get; private set; } = null!;

    internal LogRowWriter Rows { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await stores.CreateDatabaseAsync();
        var clickHouse = await stores.ClickHouseDatabaseAsync();
        Rows = await LogRowWriter.OpenAsync(clickHouse);
        Host = await AdminApiHost.StartAsync(Database, clickHouse);
        await Host.UntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Rows.Dispose();
        await Host.DisposeAsync();
    }
}
