using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ThinkWatch.AdminApi;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;
using ThinkWatch.ServiceDefaults;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.AdminApi;

/// <summary>admin-api in this process, on free ports, over a database of its own. Callers are those that the test registers.</summary>
internal sealed class AdminApiHost : IAsyncDisposable
{
    public const string EncryptionKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    private readonly WebApplication _app;
    private readonly TestCallers _callers;
    private readonly LogCollector _log;
    private readonly string _dataDirectory;

    private AdminApiHost(WebApplication app, TestCallers callers, LogCollector log, string dataDirectory, int httpPort, int grpcPort)
    {
        _app = app;
        _callers = callers;
        _log = log;
        _dataDirectory = dataDirectory;
        HttpPort = httpPort;
        GrpcPort = grpcPort;
    }

    public static string InternalToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public int HttpPort { get; }

    public int GrpcPort { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Everything it has logged, at any level.</summary>
    public string Log => _log.Text;

    public static async Task<AdminApiHost> StartAsync(string postgres, string? clickHouse = null, params (string Key, string Value)[] configuration)
    {
        var (httpPort, grpcPort) = (FreePort.Take(), FreePort.Take());
        var dataDirectory = Directory.CreateTempSubdirectory("admin-api-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["HTTP_PORT"] = httpPort.ToString(),
            ["GRPC_PORT"] = grpcPort.ToString(),
            ["DATA_DIR"] = dataDirectory,
            ["INTERNAL_TOKEN"] = InternalToken,
            ["ENCRYPTION_KEY"] = EncryptionKey,
            ["ConnectionStrings:postgres"] = postgres,
            ["ConnectionStrings:clickhouse"] = clickHouse ?? $"Host=127.0.0.1;Port={FreePort.Take()};Database=thinkwatch;Timeout=2",
            ["services:provider-simulator:http:0"] = "http://127.0.0.1:9",
        });
        builder.Configuration.AddInMemoryCollection(configuration.ToDictionary(static item => item.Key, static item => (string?)item.Value));
        builder.AddServiceDefaults("admin-api");
        var log = new LogCollector();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        var callers = new TestCallers();
        builder.Services.AddSingleton<ICallerAuthenticator>(callers);
        builder.AddAdminApi();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapAdminApi();
        await app.StartAsync();
        return new AdminApiHost(app, callers, log, dataDirectory, httpPort, grpcPort);
    }

    /// <summary>A client that is a new user of <paramref name="org"/> with these permissions, by API key.</summary>
    public HttpClient Client(Guid org, params string[] permissions) => Client(new Principal { OrgId = org.ToString(), Permissions = { permissions } });

    public HttpClient Client(Principal principal)
    {
        var key = "tw-" + string.Concat(RandomNumberGenerator.GetHexString(64, lowercase: true));
        principal.KeyId = Guid.CreateVersion7().ToString();
        principal.UserId = principal.UserId.Length > 0 ? principal.UserId : Guid.CreateVersion7().ToString();
        principal.UserEmail = principal.UserEmail.Length > 0 ? principal.UserEmail : $"{principal.UserId}@example.test";
        principal.Surfaces.Add("console");
        _callers.Add(key, principal);
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    public async Task UntilReadyAsync()
    {
        for (var i = 0; i < 200; i++)
        {
            await using var scope = Services.CreateAsyncScope();
            if (scope.ServiceProvider.GetRequiredService<ThinkWatch.Postgres.PostgresReady>().IsReady)
                return;
            await Task.Delay(50);
        }

        throw new TimeoutException("The schema was not migrated.");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_dataDirectory, recursive: true);
    }

    private sealed class LogCollector : ILoggerProvider, ILogger
    {
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_text)
                _text.AppendLine(formatter(state, exception)).Append(exception);
        }

        public void Dispose()
        {
        }
    }

    private sealed class TestCallers : ICallerAuthenticator
    {
        private readonly Dictionary<string, Principal> _byHash = [];

        public void Add(string key, Principal principal)
        {
            lock (_byHash)
                _byHash[Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))] = principal;
        }

        public Task<AuthenticateReply> AuthenticateKeyAsync(byte[] keySha256, string clientIp, CancellationToken cancellationToken)
        {
            lock (_byHash)
            {
                return Task.FromResult(_byHash.TryGetValue(Convert.ToHexStringLower(keySha256), out var principal)
                    ? new AuthenticateReply { Outcome = AuthOutcome.Ok, Principal = principal }
                    : new AuthenticateReply { Outcome = AuthOutcome.Unknown });
            }
        }

        public Task<AuthenticateReply> AuthenticateSessionAsync(string accessToken, string clientIp, CancellationToken cancellationToken) =>
            Task.FromResult(new AuthenticateReply { Outcome = AuthOutcome.Unknown });
    }
}

/// <summary>What tests of the management API say again and again.</summary>
internal static class ManagementCalls
{
    public static async Task<JsonObject> CreateAsync(this HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    public static async Task<JsonObject> ReadAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Sends JSON as it is written and answers status and body.</summary>
    public static async Task<(HttpStatusCode Status, string Body)> SendAsync(this HttpClient client, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static string Id(this JsonObject body) => body["id"]!.GetValue<string>();
}
