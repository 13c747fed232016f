using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ThinkWatch.Fleet;

/// <summary>The first administrator of a fresh fleet, acting through the management API with the key that set-up printed.</summary>
public sealed class Administrator : IDisposable
{
    /// <summary>Signs in at the console of test fleets.</summary>
    public const string Email = "ada@example.test";

    /// <summary>The password that goes with <see cref="Email"/>.</summary>
    public const string Password = "Tidal-Marsh-4711";

    private Administrator(FleetProcess fleet, string key)
    {
        ApiKey = key;
        Console = new HttpClient { BaseAddress = fleet.Console, Timeout = TimeSpan.FromSeconds(30) };
        Console.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        Gateway = new HttpClient { BaseAddress = fleet.Gateway, Timeout = TimeSpan.FromSeconds(60) };
        Gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>A key with all three surfaces.</summary>
    public string ApiKey { get; }

    /// <summary>The provider that set-up registered.</summary>
    public string SimulatorId { get; private set; } = "";

    /// <summary>The console port, authenticated.</summary>
    public HttpClient Console { get; }

    /// <summary>The gateway port, authenticated.</summary>
    public HttpClient Gateway { get; }

    /// <summary>Does what the set-up wizard does: the first administrator, then the simulated models.</summary>
    public static async Task<Administrator> SetUpAsync(FleetProcess fleet, CancellationToken cancellationToken)
    {
        using var visitor = new HttpClient { BaseAddress = fleet.Console };
        using var answer = await visitor.PostAsJsonAsync(
            "/api/setup/initialize",
            new { admin = new { email = Email, display_name = "Ada", password = Password }, site_name = "Test fleet" },
            cancellationToken);
        var body = await ReadAsync(answer, cancellationToken);
        var admin = new Administrator(fleet, body.GetProperty("api_key").GetString()!);
        var simulator = await admin.PostAsync("/api/setup/simulator", new { }, cancellationToken);
        admin.SimulatorId = simulator.GetProperty("provider_id").GetString()!;
        return admin;
    }

    /// <summary>Registers a model of the simulator under its own name, and returns once the gateway serves it.</summary>
    public async Task AddSimulatedModelAsync(string model, CancellationToken cancellationToken)
    {
        await AddModelAsync(model, SimulatorId, model, cancellationToken);
        await AwaitModelAsync(model, cancellationToken);
    }

    /// <summary>Registers the simulator as a provider of another type, and returns once the gateway routes <paramref name="model"/> there by its prefix.</summary>
    public async Task AddSimulatedProviderAsync(string type, string model, CancellationToken cancellationToken)
    {
        var address = await SimulatorAddressAsync(cancellationToken);
        await PostAsync(
            "/api/admin/providers",
            new { name = "simulated-" + type, provider_type = type, base_url = address, api_key = "sim-key-" + type, allow_private_network = true, simulated = true },
            cancellationToken);
        await AwaitModelAsync(model, cancellationToken);
    }

    /// <summary>Registers the simulator as Bedrock, and models of it: each is <paramref name="prefix"/> and the name of a simulated model.</summary>
    public Task AddSimulatedBedrockAsync(string prefix, IReadOnlyList<string> models, CancellationToken cancellationToken)
    {
        var config = new { region = "eu-central-1", access_key_id = "AKIASIMULATOR000", secret_access_key = "simulator" };
        return AddSimulatedAsync("bedrock", "bedrock", config, prefix, models, static model => $"anthropic.claude-{model}-v1:0", cancellationToken);
    }

    /// <summary>Registers the simulator as Azure OpenAI, and deployments of it as models: each is <paramref name="prefix"/> and the name of a simulated model.</summary>
    /// <param name="api">The form of its addresses, <c>v1</c> or <c>deployments</c>.</param>
    public Task AddSimulatedAzureAsync(string api, string prefix, IReadOnlyList<string> models, CancellationToken cancellationToken) =>
        AddSimulatedAsync("azure_openai", "azure-" + api, new { api }, prefix, models, static model => model, cancellationToken);

    private async Task AddSimulatedAsync(
        string type, string name, object config, string prefix, IReadOnlyList<string> models, Func<string, string> upstreamModel, CancellationToken cancellationToken)
    {
        var address = await SimulatorAddressAsync(cancellationToken);
        var provider = await PostAsync(
            "/api/admin/providers",
            new { name = "simulated-" + name, provider_type = type, base_url = address, api_key = "sim-key-" + type, config, allow_private_network = true, simulated = true },
            cancellationToken);
        foreach (var model in models) await AddModelAsync(prefix + model, provider.GetProperty("id").GetString()!, upstreamModel(model), cancellationToken);
        foreach (var model in models) await AwaitModelAsync(prefix + model, cancellationToken);
    }

    /// <summary>Where the simulator listens.</summary>
    public async Task<Uri> SimulatorAddressAsync(CancellationToken cancellationToken)
    {
        var simulator = await GetAsync($"/api/admin/providers/{SimulatorId}", cancellationToken);
        return new Uri(new Uri(simulator.GetProperty("base_url").GetString()!), "/");
    }

    /// <summary>Changes arrive in their order: once it is switched on, and so to be seen, it has its route.</summary>
    private async Task AddModelAsync(string model, string providerId, string upstreamModel, CancellationToken cancellationToken)
    {
        await PostAsync("/api/admin/models", new { model_id = model, display_name = model, enabled = false }, cancellationToken);
        await PostAsync($"/api/admin/models/{model}/routes", new { provider_id = providerId, upstream_model = upstreamModel }, cancellationToken);
        await PatchAsync($"/api/admin/models/{model}", new { enabled = true }, cancellationToken);
    }

    private async Task AwaitModelAsync(string model, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow + TimeSpan.FromSeconds(10);
        while (true)
        {
            using var answer = await Gateway.GetAsync($"/v1/models/{model}", cancellationToken);
            if (answer.IsSuccessStatusCode) return;
            if (DateTime.UtcNow > giveUp) throw new TimeoutException($"The gateway does not know {model} after 10 s.");
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>POSTs to the management API and answers the body; throws with the problem when it is refused.</summary>
    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await Console.PostAsJsonAsync(path, body, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    /// <summary>PATCHes the management API and answers the body; throws with the problem when it is refused.</summary>
    public async Task<JsonElement> PatchAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await Console.PatchAsJsonAsync(path, body, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    /// <summary>GETs from the management API.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await Console.GetAsync(path, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    /// <summary>The log row of a call, waited for: rows arrive a moment after the answer.</summary>
    public async Task<JsonElement> LogRowAsync(string requestId, CancellationToken cancellationToken)
    {
        var giveUp = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (true)
        {
            using var answer = await Console.GetAsync($"/api/gateway/logs/{requestId}", cancellationToken);
            if (answer.IsSuccessStatusCode) return await ReadAsync(answer, cancellationToken);
            if (DateTime.UtcNow > giveUp) throw new TimeoutException($"No log row of {requestId} after 30 s; the last answer was {(int)answer.StatusCode}.");
            await Task.Delay(100, cancellationToken);
        }
    }

    public void Dispose()
    {
        Console.Dispose();
        Gateway.Dispose();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException($"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath} answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
