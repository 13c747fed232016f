using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Contracts.Catalog;
using ThinkWatch.ProviderSimulator;
using ThinkWatch.ProviderSimulator.Serving;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Spool;

namespace ThinkWatch.AiGateway.Tests.Fleet;

/// <summary>The whole gateway and the whole simulator on real ports; its gRPC peers are real gRPC servers with answers that tests choose.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    public const string OrgId = "01890000-0000-7000-8000-000000000001";
    public const string ProviderKey = "sk-upstream-secret-0123456789";

    private readonly string _data = Directory.CreateTempSubdirectory("tw-gateway-").FullName;
    private readonly Vault _vault;
    private readonly string _encryptionKey = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
    private WebApplication? _peers;
    private WebApplication? _simulator;
    private WebApplication? _gateway;

    public GatewayFixture() => _vault = Vault.FromBase64Url(_encryptionKey);

    internal FakeIdentity Identity { get; } = new();

    internal FakeLimits Limits { get; } = new();

    internal FakeCatalog Catalog { get; } = new();

    internal FakeAudit Audit { get; } = new();

    internal FakeBodies Bodies { get; } = new();

    internal LogCollector Logs { get; } = new();

    internal WebApplication Gateway => _gateway!;

    internal CallLog Simulator => _simulator!.Services.GetRequiredService<CallLog>();

    public string SimulatorUrl { get; private set; } = "";

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _peers = await StartPeersAsync();
        _simulator = SimulatorApp.Build(["--SIMULATOR_KEY=" + ProviderKey]);
        await _simulator.StartAsync();
        SimulatorUrl = AddressOf(_simulator);
        Catalog.Change(Seed);
        _gateway = await StartGatewayAsync("first");
        Http = ClientOf(_gateway);
        await EventuallyAsync(async () => (await Http.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var app in (WebApplication?[])[_gateway, _simulator, _peers])
        {
            if (app is null)
                continue;
            await app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token);
            await app.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    /// <summary>The only row of that call; fails when there are two, or none in time.</summary>
    internal async Task<GatewayCall> RowAsync(string id)
    {
        await EventuallyAsync(() => Task.FromResult(Audit.Rows.ContainsKey(id)));
        return Audit.Rows[id].ShouldHaveSingleItem();
    }

    internal static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        var until = DateTime.UtcNow.AddSeconds(60);
        while (!await condition())
        {
            (DateTime.UtcNow < until).ShouldBeTrue("It did not happen in time.");
            await Task.Delay(20);
        }
    }

    /// <summary>A provider of its own for one test, with one model that goes to it.</summary>
    internal async Task<string> AddModelAsync(string upstreamModel, Action<Provider>? provider = null, Action<Model>? model = null, string? baseUrl = null)
    {
        var id = "test-" + Guid.NewGuid().ToString("n")[..8];
        var added = NewProvider("p-" + id, baseUrl ?? SimulatorUrl);
        provider?.Invoke(added);
        var entry = NewModel(id, (added, upstreamModel));
        model?.Invoke(entry);
        await ChangeCatalogAsync(snapshot =>
        {
            snapshot.Providers.Add(added);
            snapshot.Models.Add(entry);
        });
        return id;
    }

    internal async Task ChangeCatalogAsync(Action<Snapshot> change)
    {
        ulong sequence = 0;
        Catalog.Change(snapshot =>
        {
            change(snapshot);
            sequence = snapshot.Sequence + 1;
        });
        var views = Gateway.Services.GetRequiredService<AiGateway.Routing.CatalogViews>();
        await EventuallyAsync(() => Task.FromResult(views.Current.Sequence >= sequence));
    }

    internal Provider NewProvider(string name, string baseUrl) => new()
    {
        Id = Guid.CreateVersion7().ToString(),
        OrgId = OrgId,
        Name = name,
        DisplayName = name,
        ProviderType = "custom",
        BaseUrl = baseUrl,
        Enabled = true,
        AllowPrivateNetwork = true,
        Simulated = true,
        ApiKeys = { SealedKey("k-" + name, ProviderKey) },
    };

    internal SealedKey SealedKey(string id, string secret) => new() { Id = id, Sealed = _vault.Seal(secret, $"catalog.provider_keys/secret/{id}") };

    internal string SealHeader(string providerId, string name, string value) => _vault.Seal(value, $"catalog.providers/headers/{providerId}/{name}");

    /// <summary>Makes it one of that type; Bedrock's have keys of their own kind.</summary>
    internal void SetType(Provider provider, string type)
    {
        provider.ProviderType = type;
        if (type != "bedrock")
            return;
        provider.ApiKeys.Clear();
        provider.SealedConfig = SealConfig(provider.Id, """{"region":"us-east-1","access_key_id":"SIMULATOR","secret_access_key":"simulator"}""");
    }

    internal string SealConfig(string providerId, string config) => _vault.Seal(config, $"catalog.providers/config/{providerId}");

    internal static Model NewModel(string modelId, params (Provider Provider, string UpstreamModel)[] routes)
    {
        var model = new Model
        {
            Id = Guid.CreateVersion7().ToString(),
            OrgId = OrgId,
            ModelId = modelId,
            Enabled = true,
            InputMultiplier = 1,
            OutputMultiplier = 2,
            CreatedAtUnix = 1_700_000_000,
            Prices = new Prices { Input = "2.50", Output = "10", CachedInput = "1.25" },
        };
        foreach (var (provider, upstreamModel) in routes)
            model.Routes.Add(new Route { Id = Guid.CreateVersion7().ToString(), ProviderId = provider.Id, UpstreamModel = upstreamModel, Weight = 100, Enabled = true });
        return model;
    }

    private void Seed(Snapshot snapshot)
    {
        var provider = NewProvider("simulator", SimulatorUrl + "/v1");
        snapshot.Providers.Add(provider);
        foreach (var model in (string[])
            ["sim-chat", "sim-tools", "sim-slow-600", "sim-cut", "sim-stall", "sim-nousage", "sim-malformed", "sim-cached", "sim-drip-100,words-50", "sim-drip-100,words-20", "sim-echo"])
            snapshot.Models.Add(NewModel(model, (provider, model)));
        snapshot.Models.Add(NewModel("renamed", (provider, "sim-chat")));
        snapshot.Settings["gateway.retry_initial_ms"] = "1";
        snapshot.Settings["gateway.retry_max_ms"] = "1500";
        snapshot.Settings["gateway.stream_idle_timeout_secs"] = "1";
        snapshot.Settings["gateway.body_limit_bytes"] = "2000000";
        snapshot.Settings["audit.body_max_bytes"] = "20000";

        // The machine may be busy with other tests.
        snapshot.Settings["limits.timeout_ms"] = "2000";
    }

    private async Task<WebApplication> StartPeersAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(static o => o.MaxReceiveMessageSize = 80 << 20); // what audit-ingest takes: frames are larger than the default
        builder.Services.AddSingleton(Identity);
        builder.Services.AddSingleton(Limits);
        builder.Services.AddSingleton(Catalog);
        builder.Services.AddSingleton(Audit);
        builder.Services.AddSingleton(Bodies);
        var app = builder.Build();
        app.MapGrpcService<FakeIdentity>();
        app.MapGrpcService<FakeLimits>();
        app.MapGrpcService<FakeCatalog>();
        app.MapGrpcService<FakeAudit>();
        app.MapGrpcService<FakeBodies>();
        await app.StartAsync();
        return app;
    }

    /// <summary>A gateway beside the shared one, for a test that stops it.</summary>
    /// <param name="redis">host:port; null: without.</param>
    internal async Task<WebApplication> StartGatewayAsync(string name, string? redis = null)
    {
        var peers = AddressOf(_peers!);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DATA_DIR"] = Path.Combine(_data, name),
            ["ENCRYPTION_KEY"] = _encryptionKey,
            ["INTERNAL_TOKEN"] = "internal-token-of-the-tests-0123456789",
            ["services:identity:grpc:0"] = peers,
            ["services:limits:grpc:0"] = peers,
            ["services:admin-api:grpc:0"] = peers,
            ["services:audit-ingest:grpc:0"] = peers,
            ["services:body-offload:grpc:0"] = peers,
            ["ConnectionStrings:redis"] = redis,
        });
        builder.AddServiceDefaults("ai-gateway");
        builder.AddAiGateway();

        // Nearly every test waits for its row: a frame goes as soon as there is one, not once a second.
        builder.Services.AddSingleton(new SpoolOptions { Directory = Path.Combine(_data, name, "spool"), FramePause = TimeSpan.Zero, Linger = TimeSpan.FromMilliseconds(5) });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Logs);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapAiGateway();
        await app.StartAsync();
        return app;
    }

    internal static HttpClient ClientOf(WebApplication app) =>
        new(new SocketsHttpHandler { MaxResponseDrainSize = 0, ResponseDrainTimeout = TimeSpan.Zero }) { BaseAddress = new Uri(AddressOf(app)), Timeout = TimeSpan.FromSeconds(60) };

    private static string AddressOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
