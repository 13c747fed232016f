using ThinkWatch.Integration.Tests.Stores;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>A store that goes away and comes back: clear refusals meanwhile, no restart after.</summary>
public sealed class StoreOutageTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Redis_GoesAndComesBack_KeysWorkThroughoutAndLoginsAgain()
    {
        var port = FreePort.Take();
        var redis = await EmbeddedRedis.StartAsync(port);
        await using var service = await IdentityFixture.StartAsync(stores, await stores.CreateDatabaseAsync(), [new("ConnectionStrings__redis", redis.Address)]);
        using var client = new HttpClient { BaseAddress = service.Http };
        client.DefaultRequestHeaders.Add("x-requested-with", "test");
        using var setup = await client.PostAsJsonAsync("/api/setup/initialize", IdentityFixture.SetupBody());
        var key = (await setup.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("api_key").GetString();
        (await LoginAsync()).ShouldBe(200);

        await redis.DisposeAsync();

        (await LoginAsync()).ShouldBe(503);
        using var me = new HttpRequestMessage(HttpMethod.Get, "/api/auth/me") { Headers = { { "Authorization", $"Bearer {key}" } } };
        using var answer = await client.SendAsync(me);
        ((int)answer.StatusCode).ShouldBe(200);

        await using var again = await EmbeddedRedis.StartAsync(port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await LoginAsync() != 200)
            await Task.Delay(500, patience.Token);

        async Task<int> LoginAsync()
        {
            using var reply = await client.PostAsJsonAsync("/api/auth/login", new { email = IdentityFixture.AdminEmail, password = IdentityFixture.Password });
            return (int)reply.StatusCode;
        }
    }
}
