using System.Diagnostics;
using System.Reflection;

namespace ThinkWatch.StandIns.Tests.Grpc;

/// <summary>Runs the Node.js peer of the interoperability tests; its packages are installed once, when absent.</summary>
internal static class Node
{
    private static readonly string _directory = typeof(Node).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "InteropDirectory").Value!;

    private static readonly SemaphoreSlim _installing = new(1);

    public static bool Exists { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe")));

    public static async Task<Process> StartPeerAsync(params string[] arguments)
    {
        Assert.SkipUnless(Exists, "Node.js is not installed.");
        await _installing.WaitAsync();
        try
        {
            await InstallAsync();
        }
        finally
        {
            _installing.Release();
        }

        return Start("node", ["peer.mjs", .. arguments]);
    }

    private static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(_directory, "node_modules", "@grpc", "grpc-js")))
            return;
        using var npm = Start("npm", ["ci", "--no-audit", "--no-fund"]);
        var output = npm.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await npm.WaitForExitAsync(limit.Token);
        npm.ExitCode.ShouldBe(0, await output);
    }

    private static Process Start(string file, string[] arguments) => Process.Start(new ProcessStartInfo(file, arguments)
    {
        WorkingDirectory = _directory,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
