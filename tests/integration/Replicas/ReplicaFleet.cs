using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Replicas;

/// <summary>A whole fleet with two of every service on one set of stores, set up with the simulated models.</summary>
public sealed class ReplicaFleet : IAsyncLifetime
{
    public const string Password = "Correct-Horse-9-Battery";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FleetProcess? _fleet;
    private Administrator? _admin;

    public FleetProcess Fleet => _fleet!;

    public Administrator Admin => _admin!;

    /// <summary>Both replicas of a service, past edge.</summary>
    public Uri[] Of(string service) => [Fleet.AddressOf(service, "http"), Fleet.AddressOf($"{service}-2", "http")];

    public async ValueTask InitializeAsync()
    {
        var cancel = CancellationToken.None;
        _fleet = await FleetProcess.StartAsync(replicas: 2, cancellationToken: cancel);
        _admin = await Administrator.SetUpAsync(_fleet, cancel);

        // What is tested is who counts and who hears of it, not how a busy machine keeps to fifty milliseconds.
        await _admin.PatchAsync("/api/admin/settings", new { settings = new Dictionary<string, object> { ["limits.timeout_ms"] = 5000 } }, cancel);
        await _admin.AddSimulatedModelAsync("sim-chat", cancel);
        await AwaitModelAsync("sim-chat", cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_fleet is not null) await _fleet.DisposeAsync();
    }

    /// <summary>Returns once both gateways serve the model.</summary>
    public async Task AwaitModelAsync(string model, CancellationToken cancel)
    {
        foreach (var gateway in Of("ai-gateway"))
        {
            using var client = Client(gateway, Admin.ApiKey);
            await UntilAsync(async () => await StatusAsync(client.GetAsync($"/v1/models/{model}", cancel)) == 200, $"{gateway} to serve {model}");
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var giveUp = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            if (DateTime.UtcNow > giveUp) throw new TimeoutException($"Waited {Patience.TotalSeconds} s for {what}.");
            await Task.Delay(25);
        }
    }

    public static HttpClient Client(Uri address, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public static async Task<int> StatusAsync(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        await answer.Content.ReadAsStringAsync();
        return (int)answer.StatusCode;
    }

    /// <summary>Somebody with a role, and a key of theirs for both gateways.</summary>
    public async Task<(string Id, string Email, string Key, string KeyId)> CreatePersonAsync(CancellationToken cancel, string role = "developer")
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var user = await Admin.PostAsync("/api/admin/users", new { email, display_name = "Somebody", password = Password, roles = new[] { role } }, cancel);
        var id = user.GetProperty("id").GetString()!;
        var (key, keyId) = await CreateKeyAsync(cancel, id);
        return (id, email, key, keyId);
    }

    public async Task<(string Key, string KeyId)> CreateKeyAsync(CancellationToken cancel, string? userId = null)
    {
        var key = await Admin.PostAsync("/api/keys", new { name = "of a test", surfaces = new[] { "ai_gateway", "mcp_gateway" }, user_id = userId }, cancel);
        return (key.GetProperty("key").GetString()!, key.GetProperty("id").GetString()!);
    }

    /// <summary>Returns once every limits replica knows of so many limits of the key.</summary>
    public async Task AwaitLimitsAsync(string keyId, int count)
    {
        foreach (var limits in Of("limits"))
        {
            using var client = Client(limits, Admin.ApiKey);
            await UntilAsync(async () => await LimitsOfAsync(client, keyId) == count, $"{limits} to know the limits");
        }
    }

    public static async Task<int> LimitsOfAsync(HttpClient limits, string keyId)
    {
        using var answer = await limits.PostAsJsonAsync("/api/admin/limits/simulate", new { key_id = keyId });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").GetArrayLength();
    }
}

/// <summary>The tests that share one fleet of replicas, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ReplicaCollection : ICollectionFixture<ReplicaFleet>
{
    public const string Name = "replicas";
}
