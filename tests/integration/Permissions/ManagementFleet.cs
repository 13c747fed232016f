using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Integration.Tests.Identity;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Permissions;

internal sealed record ApiEndpoint(string Service, string Method, string Path)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>For classes that make what they work on themselves: one fleet for all of them, one class after the other.</summary>
[CollectionDefinition(nameof(SharedManagement))]
public sealed class SharedManagement : ICollectionFixture<ManagementFleet>;

/// <summary>Every service with a management API, over one database: identity decides for all of them.</summary>
public sealed class ManagementFleet(EmbeddedStores stores) : IAsyncLifetime
{
    private readonly Dictionary<string, ServiceProcess> _services = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    public string AdminKey { get; private set; } = "";

    internal IReadOnlyList<ApiEndpoint> Endpoints { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var database = await stores.CreateDatabaseAsync();
        List<KeyValuePair<string, string>> environment =
        [
            new("ConnectionStrings__postgres", database),
            new("ConnectionStrings__redis", await stores.RedisAsync()),
            // Who may ask is settled before a store is: this one is away.
            new("ConnectionStrings__clickhouse", $"Host=127.0.0.1;Port={FreePort.Take()};Database=thinkwatch;Timeout=1"),
        ];
        await StartAsync("identity", "ThinkWatch.Identity", environment);
        environment.Add(new("services__identity__grpc__0", _services["identity"].Grpc.ToString().TrimEnd('/')));
        await StartAsync("admin-api", "ThinkWatch.AdminApi", environment);
        environment.Add(new("services__admin-api__grpc__0", _services["admin-api"].Grpc.ToString().TrimEnd('/')));
        await StartAsync("limits", "ThinkWatch.Limits", environment);

        using var setup = await _http.PostAsJsonAsync(new Uri(_services["identity"].Http, "/api/setup/initialize"), IdentityFixture.SetupBody());
        setup.EnsureSuccessStatusCode();
        AdminKey = (await setup.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("api_key").GetString()!;
        var endpoints = new List<ApiEndpoint>();
        foreach (var (name, service) in _services)
            endpoints.AddRange(Read(name, await _http.GetFromJsonAsync<JsonElement>(new Uri(service.Http, "/openapi.json"))));
        Endpoints = [.. endpoints.OrderBy(e => e.Path, StringComparer.Ordinal).ThenBy(e => e.Method, StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var service in _services.Values)
            await service.DisposeAsync();
    }

    internal async Task<Answer> SendAsync(string service, string method, string path, object? body, string? key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_services[service].Http, path));
        request.Headers.Add("x-requested-with", "test");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        using var reply = await _http.SendAsync(request);
        var cookies = reply.Headers.TryGetValues("Set-Cookie", out var set) ? set.ToArray() : [];
        return new Answer((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(), cookies, null, reply.Headers.ETag?.ToString());
    }

    internal async Task<JsonElement> CreateAsync(string service, string path, object body, string key)
    {
        var answer = await SendAsync(service, "POST", path, body, key);
        answer.Status.ShouldBeInRange(200, 201, $"{path}: {answer.Text}");
        return answer.Json;
    }

    internal async Task<string> IdAsync(string service, string path, object body) => (await CreateAsync(service, path, body, AdminKey)).GetProperty("id").GetString()!;

    private static IEnumerable<ApiEndpoint> Read(string service, JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name is "get" or "post" or "put" or "patch" or "delete"
        select new ApiEndpoint(service, operation.Name.ToUpperInvariant(), path.Name.Length > 1 ? path.Name.TrimEnd('/') : path.Name);

    private async Task StartAsync(string name, string project, IEnumerable<KeyValuePair<string, string>> environment)
    {
        _services[name] = ServiceProcess.Launch(project, name, environment);
        await _services[name].WaitUntilLiveAsync();
        // Live is not migrated: its first answers may be 503.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (name != "admin-api" && !await IsReadyAsync(name))
            await Task.Delay(200, patience.Token);
    }

    private async Task<bool> IsReadyAsync(string name)
    {
        using var reply = await _http.GetAsync(new Uri(_services[name].Http, "/health/ready"));
        return reply.IsSuccessStatusCode;
    }
}
