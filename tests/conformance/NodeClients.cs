using System.Collections.Concurrent;
using System.Text.Json;
using ThinkWatch.Conformance.Tests.Wire;
using ThinkWatch.Fleet;

[assembly: AssemblyFixture(typeof(ThinkWatch.Conformance.Tests.NodeClients))]

namespace ThinkWatch.Conformance.Tests;

/// <summary>One fleet for the assembly, set up as the wizard does it, and the official clients from npm to drive it with.</summary>
public sealed class NodeClients : IAsyncLifetime
{
    private const string AddedBySetUp = "sim-tools";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly string s_folder = ClientProcess.Folder("clients");
    private static readonly string[] s_models =
        ["sim-chat", "sim-parallel", "sim-rounds-2", "sim-inspect", "sim-think-tools", "sim-json", "sim-cut", "sim-529", "sim-error-429", "sim-length",
            "sim-tools", "sim-words-400-drip-50"];

    private readonly ConcurrentDictionary<(string, string), Lazy<Task<Conversation>>> _runs = new();
    private readonly ConcurrentDictionary<(string, string), Lazy<Task<Conversation>>> _conversations = new();
    private FleetProcess? _fleet;
    private Administrator? _admin;

    public FleetProcess Fleet => _fleet!;

    public Administrator Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        await ClientProcess.InstallAsync(s_folder);
        _fleet = await FleetProcess.StartAsync();
        _admin = await Administrator.SetUpAsync(_fleet, CancellationToken.None);

        // All names of a family are one route to the breaker: the faults that some tests script would keep it from the others for a while.
        await _admin.PatchAsync("/api/admin/settings", new { settings = new Dictionary<string, bool> { ["gateway.cb_enabled"] = false } }, CancellationToken.None);
        foreach (var model in s_models.Where(static model => model != AddedBySetUp)) await _admin.AddSimulatedModelAsync(model, CancellationToken.None);
        await _admin.AddSimulatedProviderAsync("anthropic", "claude-sim-chat", CancellationToken.None);
        await _admin.AddSimulatedProviderAsync("openai", "gpt-sim-chat", CancellationToken.None);
        await _admin.AddSimulatedProviderAsync("google", "gemini-sim-chat", CancellationToken.None);
        await _admin.AddSimulatedBedrockAsync(Family.Bedrock, s_models, CancellationToken.None);
        await _admin.AddSimulatedAzureAsync("v1", Family.Azure, s_models, CancellationToken.None);
        await _admin.AddSimulatedAzureAsync("deployments", Family.Deployed, s_models, CancellationToken.None);
    }

    /// <summary>Runs one case of a client script and answers what it printed.</summary>
    /// <param name="models">What the names of the script's models begin with: <c>claude-</c> goes to the simulated Anthropic, nothing to the simulated chat API.</param>
    public async Task<JsonElement> RunCaseAsync(string script, string name, string models = "")
    {
        var output = await RunAsync([script, name], models);
        return JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement.Clone();
    }

    /// <summary>Runs a script once that goes through all its cases, on the models of all <paramref name="families"/>; asked again it answers what came of it then.</summary>
    internal Task<Conversation> RunAllCasesAsync(string script, string argument, string[] families) =>
        _runs.GetOrAdd((script, argument), key => new Lazy<Task<Conversation>>(() =>
            Conversation.RecordAsync(this, gateway => RunAsync([script, argument, .. families], gateway: gateway)))).Value;

    /// <summary>A whole conversation of one client with one family of models, held once: what it printed, and what it sent.</summary>
    internal Task<Conversation> ConverseAsync(string client, string models) =>
        _conversations.GetOrAdd((client, models), key => new Lazy<Task<Conversation>>(() => Conversation.HoldAsync(this, client, models))).Value;

    /// <summary>Runs a client script against another address than the gateway's own.</summary>
    internal Task<string> RunScriptAsync(string script, string argument, string models, string gateway) => RunAsync([script, argument], models, gateway);

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_fleet is not null) await _fleet.DisposeAsync();
    }

    private Task<string> RunAsync(string[] arguments, string models = "", string? gateway = null) => ClientProcess.RunAsync(
        "node",
        arguments,
        s_folder,
        environment =>
        {
            environment["MODEL"] = models;
            environment["GATEWAY_URL"] = gateway ?? Fleet.Gateway.ToString().TrimEnd('/');
            environment["API_KEY"] = Admin.ApiKey;
        },
        s_patience);
}
