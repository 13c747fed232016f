using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using ThinkWatch.Fleet;

[assembly: AssemblyFixture(typeof(ThinkWatch.Conformance.Tests.NodeClients))]

namespace ThinkWatch.Conformance.Tests;

/// <summary>One fleet for the assembly, set up as the wizard does it, and the official clients from npm to drive it with.</summary>
public sealed class NodeClients : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "conformance", "clients");
    private const string AddedBySetUp = "sim-tools";
    private static readonly string[] SimulatedModels =
        ["sim-chat", "sim-parallel", "sim-rounds-2", "sim-inspect", "sim-think-tools", "sim-json", "sim-cut", "sim-529", "sim-error-429", "sim-length",
            "sim-tools", "sim-words-400-drip-50"];

    private readonly ConcurrentDictionary<(string, string), Lazy<Task<JsonElement>>> _runs = new();
    private FleetProcess? _fleet;
    private Administrator? _admin;

    public FleetProcess Fleet => _fleet!;

    public Administrator Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled()) await RunAsync("npm", ["ci", "--no-audit", "--no-fund"]);
        _fleet = await FleetProcess.StartAsync();
        _admin = await Administrator.SetUpAsync(_fleet, CancellationToken.None);
        foreach (var model in SimulatedModels.Where(static model => model != AddedBySetUp)) await _admin.AddSimulatedModelAsync(model, CancellationToken.None);
        await _admin.AddSimulatedProviderAsync("anthropic", "claude-sim-chat", CancellationToken.None);
        await _admin.AddSimulatedProviderAsync("openai", "gpt-sim-chat", CancellationToken.None);
        await _admin.AddSimulatedProviderAsync("google", "gemini-sim-chat", CancellationToken.None);
        await _admin.AddSimulatedBedrockAsync(Family.Bedrock, SimulatedModels, CancellationToken.None);
        await _admin.AddSimulatedAzureAsync(Family.Azure, SimulatedModels, CancellationToken.None);
    }

    /// <summary>Runs one case of a client script and answers what it printed.</summary>
    /// <param name="models">What the names of the script's models begin with: <c>claude-</c> goes to the simulated Anthropic, nothing to the simulated chat API.</param>
    public async Task<JsonElement> RunCaseAsync(string script, string name, string models = "")
    {
        var output = await RunAsync("node", [script, name], models);
        return JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement.Clone();
    }

    /// <summary>Runs a script once that goes through all its cases, on the models of all <paramref name="families"/>; asked again it answers what came of it then.</summary>
    public Task<JsonElement> RunAllCasesAsync(string script, string argument, string[] families) =>
        _runs.GetOrAdd((script, argument), key => new Lazy<Task<JsonElement>>(async () =>
            JsonDocument.Parse(await RunAsync("node", [script, argument, .. families])).RootElement.Clone())).Value;

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_fleet is not null) await _fleet.DisposeAsync();
    }

    private static bool IsInstalled()
    {
        using var package = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "package.json")));
        return package.RootElement.GetProperty("dependencies").EnumerateObject().All(static dependency => Directory.Exists(Path.Combine(Folder, "node_modules", dependency.Name)));
    }

    private async Task<string> RunAsync(string command, string[] arguments, string models = "")
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MODEL"] = models;
        if (_fleet is not null) start.Environment["GATEWAY_URL"] = _fleet.Gateway.ToString().TrimEnd('/');
        if (_admin is not null) start.Environment["API_KEY"] = _admin.ApiKey;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }
}
