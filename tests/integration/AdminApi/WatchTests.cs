using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Settings;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>Catalog.Watch as the gateways see it: through libraries/Settings, over the wire.</summary>
public sealed class WatchTests(EmbeddedStores stores) : IAsyncLifetime
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("watcher-").FullName;
    private readonly Guid _org = Guid.CreateVersion7();
    private AdminApiHost _host = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await AdminApiHost.StartAsync(await stores.CreateDatabaseAsync());
        await _host.UntilReadyAsync();
        _admin = _host.Client(_org, "providers:create", "providers:update", "models:create", "models:update", "settings:write");
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Change_IsInForceAtAWatcher_WithinASecond_AndItsSecretsOpenThere()
    {
        await using var watcher = await WatcherAsync();
        var feed = watcher.Services.GetRequiredService<CatalogFeed>();
        await UntilAsync(() => feed.IsFresh, TimeSpan.FromSeconds(10));

        var provider = await _admin.CreateAsync("/api/admin/providers", new
        {
            name = "watched",
            provider_type = "bedrock",
            base_url = "https://example.com",
            api_key = "watched-secret-1234",
            headers = new Dictionary<string, string> { ["X-Team"] = "header-secret-5678" },
            config = new Dictionary<string, string> { ["access_key_id"] = "AKIDEXAMPLE12345", ["secret_access_key"] = "config-secret-9abc" },
        });
        await UntilAsync(() => feed.Current.Providers.Count == 1, _second);
        var model = await _admin.CreateAsync("/api/admin/models", new { model_id = "m", input_price = "0.5" });
        await _admin.CreateAsync("/api/admin/models/m/routes", new { provider_id = provider.Id(), upstream_model = "up" });
        await UntilAsync(() => feed.Current.Models is [{ Routes.Count: 1 }], _second);

        var seen = feed.Current.Providers[0];
        var vault = watcher.Services.GetRequiredService<Vault>();
        vault.OpenString(seen.ApiKeys[0].Sealed, $"catalog.provider_keys/secret/{seen.ApiKeys[0].Id}").ShouldBe("watched-secret-1234");
        vault.OpenString(seen.SealedHeaders["x-team"], $"catalog.providers/headers/{seen.Id}/x-team").ShouldBe("header-secret-5678");
        vault.OpenString(seen.SealedConfig, $"catalog.providers/config/{seen.Id}").ShouldBe("""{"access_key_id":"AKIDEXAMPLE12345","secret_access_key":"config-secret-9abc"}""");
        feed.Current.ToString().ShouldNotContain("-secret-");
        feed.Current.Models[0].ShouldSatisfyAllConditions(m => m.Id.ShouldBe(model.Id()), m => m.Prices.Input.ShouldBe("0.5"), m => m.Prices.Output.ShouldBe(""), m => m.OrgId.ShouldBe(_org.ToString()));

        // The kill switch.
        (await _admin.SendAsync(HttpMethod.Patch, "/api/admin/models/m", """{"enabled":false}""")).Status.ShouldBe(HttpStatusCode.OK);
        await UntilAsync(() => !feed.Current.Models[0].Enabled, _second);
    }

    [Fact]
    public async Task Setting_Changed_IsInForceAtAWatcher_WithinASecond()
    {
        await using var watcher = await WatcherAsync();
        var settings = watcher.Services.GetRequiredService<ISettings>();
        await UntilAsync(() => watcher.Services.GetRequiredService<CatalogFeed>().IsFresh, TimeSpan.FromSeconds(10));
        settings.Get(SettingsRegistry.Gateway.RetryMax).ShouldBe(2);
        await _admin.SendAsync(HttpMethod.Patch, "/api/admin/settings", """{"settings":{"gateway.retry_max":7}}""");
        await UntilAsync(() => settings.Get(SettingsRegistry.Gateway.RetryMax) == 7, _second);
        _host.Services.GetRequiredService<ISettings>().Get(SettingsRegistry.Gateway.RetryMax).ShouldBe(7);
    }

    [Fact]
    public async Task AdminApiGone_WatcherKnowsIt_KeepsItsSnapshot_AndStartsAgainWithIt()
    {
        await _admin.CreateAsync("/api/admin/providers", new { name = "kept", provider_type = "custom", base_url = "https://kept.example.com", api_key = "kept-very-secret-1234" });
        await using (var watcher = await WatcherAsync())
        {
            var feed = watcher.Services.GetRequiredService<CatalogFeed>();
            await UntilAsync(() => feed.Current.Providers.Count == 1, TimeSpan.FromSeconds(10));

            // Quiet, but alive: heartbeats keep it fresh.
            for (var i = 0; i < 20; i++)
            {
                await Task.Delay(100);
                feed.IsFresh.ShouldBeTrue();
            }

            await _host.DisposeAsync();
            await UntilAsync(() => !feed.IsFresh, _second + _second);
            feed.Current.Providers.Single().Name.ShouldBe("kept");
        }

        var file = Directory.GetFiles(_directory).Single();
        (await File.ReadAllTextAsync(file)).ShouldNotContain("kept");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var next = await WatcherAsync();
        next.Services.GetRequiredService<CatalogFeed>().ShouldSatisfyAllConditions(
            static f => f.Current.Providers.Single().BaseUrl.ShouldBe("https://kept.example.com"), static f => f.IsFresh.ShouldBeFalse());
        _host = await AdminApiHost.StartAsync(await stores.CreateDatabaseAsync());
    }

    [Fact]
    public async Task Watch_WithoutTheInternalToken_IsDenied()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_host.GrpcPort}");
        using var call = new Catalog.CatalogClient(channel).Watch(new CatalogWatchRequest());
        var refusal = await Should.ThrowAsync<RpcException>(async () => await call.ResponseStream.MoveNext(CancellationToken.None));
        refusal.StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    [Fact]
    public async Task StoresAway_ServiceIsLive_NotReady_AndSaysSo()
    {
        await using var host = await AdminApiHost.StartAsync($"Host=127.0.0.1;Port={FreePort.Take()};Database=x;Username=x;Timeout=2");
        using var admin = host.Client(_org, "providers:read", "logs:read_all");
        (await admin.SendAsync(HttpMethod.Get, "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        (await admin.SendAsync(HttpMethod.Get, "/health/ready")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        foreach (var path in new[] { "/api/admin/providers", "/api/gateway/logs" })
        {
            var (status, body) = await admin.SendAsync(HttpMethod.Get, path);
            status.ShouldBe(HttpStatusCode.ServiceUnavailable, body);
            body.ShouldContain("urn:thinkwatch:problem:unavailable");
        }
    }

    private async Task<Watcher> WatcherAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["HTTP_PORT"] = FreePort.Take().ToString(),
            ["DATA_DIR"] = _directory,
            ["INTERNAL_TOKEN"] = AdminApiHost.InternalToken,
            ["ENCRYPTION_KEY"] = AdminApiHost.EncryptionKey,
            ["services:admin-api:grpc:0"] = $"http://127.0.0.1:{_host.GrpcPort}",
        });
        builder.AddServiceDefaults("watcher");
        builder.AddVault();
        builder.AddCatalog();
        var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync();
        return new Watcher(app);
    }

    private static async Task UntilAsync(Func<bool> holds, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(patience);
            await Task.Delay(10);
        }
    }

    /// <summary>A service that follows the catalog, stopped in order.</summary>
    private sealed class Watcher(WebApplication app) : IAsyncDisposable
    {
        public IServiceProvider Services => app.Services;

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
