using System.Diagnostics;

namespace ThinkWatch.StandIns.Tests.AspireHosting;

public sealed class HostDeathTests
{
    private static readonly string[] PidFiles = ["tree.pid", "child.pid", "deaf.pid"];

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(2)]
    public async Task Host_EndedBySignal_LeavesNoProcess(int signal)
    {
        var directory = Directory.CreateTempSubdirectory("apphost-").FullName;
        using var host = Process.Start(new ProcessStartInfo("dotnet", ["exec", HostAssembly(), directory]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            var pids = new List<int>();
            foreach (var file in PidFiles)
                pids.Add(await TestApplication.PidAsync(Path.Combine(directory, file)));
            pids.ShouldAllBe(pid => TestApplication.Lives(pid));

            _ = TestApplication.Kill(host.Id, signal);
            await host.WaitForExitAsync().WaitAsync(TestApplication.Patience);

            foreach (var pid in pids)
                await TestApplication.WaitUntilGoneAsync(pid);
        }
        finally
        {
            if (!host.HasExited)
                host.Kill();
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Built beside this assembly, with the same configuration.</summary>
    private static string HostAssembly()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var project = output.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(project, "AspireHosting", "Host", "bin", output.Parent.Name, output.Name, "ThinkWatch.TestHost.dll");
    }
}
