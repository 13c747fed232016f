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
    private FleetProcess? _fleet;
    private Administrator? _admin;

    public FleetProcess Fleet => _fleet!;

    public Administrator Admin => _admin!;

    public async ValueTask InitializeAsync()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "openai"))) await RunAsync("npm", ["ci", "--no-audit", "--no-fund"]);
        _fleet = await FleetProcess.StartAsync();
        _admin = await Administrator.SetUpAsync(_fleet, CancellationToken.None);
        foreach (var model in (string[])["sim-chat", "sim-error-429"]) await _admin.AddSimulatedModelAsync(model, CancellationToken.None);
    }

    /// <summary>Runs one case of a client script and answers what it printed.</summary>
    public async Task<JsonElement> RunCaseAsync(string script, string name)
    {
        var output = await RunAsync("node", [script, name]);
        return JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_fleet is not null) await _fleet.DisposeAsync();
    }

    private async Task<string> RunAsync(string command, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
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
