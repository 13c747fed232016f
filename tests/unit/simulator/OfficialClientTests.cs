using System.Diagnostics;
using System.Reflection;

namespace ThinkWatch.ProviderSimulator.Tests;

/// <summary>The vendors' own packages, unmodified, read every kind of answer and see every refusal as their typed error.</summary>
public sealed class OfficialClientTests(Simulator simulator)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly SemaphoreSlim Install = new(1);
    private static readonly string Folder = typeof(OfficialClientTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Clients").Value!;

    [Theory]
    [InlineData("anthropic.mjs")]
    [InlineData("gemini.mjs")]
    [InlineData("openai.mjs")]
    [InlineData("bedrock.mjs")]
    public async Task OfficialClient_EveryAnswerOfItsFormat_IsUnderstood(string script)
    {
        await InstallAsync();
        TestContext.Current.TestOutputHelper!.WriteLine(await RunAsync("node", [script]));
    }

    private async Task InstallAsync()
    {
        await Install.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "openai")))
                await RunAsync("npm", ["ci", "--no-audit", "--no-fund"]);
        }
        finally
        {
            Install.Release();
        }
    }

    private async Task<string> RunAsync(string command, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SIMULATOR_URL"] = simulator.Url.TrimEnd('/');
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }
}
