using System.Net;
using Npgsql;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

public sealed class MigrationTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Start_AppliedScriptWasEditedSince_RefusesToServe()
    {
        var database = await stores.CreateDatabaseAsync();
        await using (await IdentityFixture.StartAsync(stores, database))
        {
        }

        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync();
            await new NpgsqlCommand("UPDATE identity.schema_migrations SET checksum = 'edited' WHERE name = 'ThinkWatch.Identity/0001_identity.sql'", connection).ExecuteNonQueryAsync();
        }

        var (exitCode, output) = await ServiceProcess.RunToEndAsync("ThinkWatch.Identity", "identity",
            [new("ConnectionStrings__postgres", database), new("ConnectionStrings__redis", await stores.RedisAsync())]);

        exitCode.ShouldNotBe(0);
        output.ShouldContain("0001_identity.sql was changed after it was applied");
    }

    [Fact]
    public async Task Start_StoreIsAway_IsLiveAndNotReady()
    {
        var dead = $"Host=127.0.0.1;Port={FreePort.Take()};Username=postgres;Database=none";
        await using var service = ServiceProcess.Launch("ThinkWatch.Identity", "identity",
            [new("ConnectionStrings__postgres", dead), new("ConnectionStrings__redis", await stores.RedisAsync())]);
        using var client = new HttpClient { BaseAddress = service.Http };
        await service.WaitUntilLiveAsync();

        using var ready = await client.GetAsync("/health/ready");
        using var status = await client.GetAsync("/api/setup/status");
        using var me = new HttpRequestMessage(HttpMethod.Get, "/api/auth/me") { Headers = { { "Authorization", "Bearer tw-some-key" } } };
        using var refused = await client.SendAsync(me);

        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("postgres");
        status.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await status.Content.ReadAsStringAsync()).ShouldContain("\"needs_setup\":false");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        service.Output.ShouldContain("Waiting for postgres");
    }
}
