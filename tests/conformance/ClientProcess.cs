using System.Diagnostics;
using System.Text.Json;
using ThinkWatch.Fleet;

namespace ThinkWatch.Conformance.Tests;

/// <summary>Runs a client to its end; one that does not end in time is killed with everything it started.</summary>
internal static class ClientProcess
{
    private static readonly TimeSpan InstallPatience = TimeSpan.FromMinutes(8);

    /// <summary>What it printed. Nothing is left for it to read, and of the environment it gets what <paramref name="environment"/> makes of it.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took too long; the message holds what it printed.</exception>
    public static async Task<string> RunAsync(string command, IEnumerable<string> arguments, string folder, Action<IDictionary<string, string?>> environment, TimeSpan patience)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        environment(start.Environment);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{command} did not end within {patience}: {await output}\n{await errors}", e);
        }

        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{command} ended with {process.ExitCode}: {await output}\n{await errors}");
    }

    /// <summary>Installs what a folder's package.json asks for, unless those very versions are there.</summary>
    public static async Task InstallAsync(string folder)
    {
        if (!IsInstalled(folder)) await RunAsync("npm", ["ci", "--no-audit", "--no-fund"], folder, static _ => { }, InstallPatience);
    }

    /// <summary>A folder of this project's, where it stands in the repository.</summary>
    public static string Folder(string name) => Path.Combine(Repository.Root, "tests", "conformance", name);

    private static bool IsInstalled(string folder)
    {
        using var package = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "package.json")));
        return package.RootElement.GetProperty("dependencies").EnumerateObject().All(dependency => VersionOf(folder, dependency.Name) == dependency.Value.GetString());
    }

    private static string? VersionOf(string folder, string package)
    {
        var path = Path.Combine(folder, "node_modules", package, "package.json");
        if (!File.Exists(path)) return null;
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return json.RootElement.GetProperty("version").GetString();
    }
}
