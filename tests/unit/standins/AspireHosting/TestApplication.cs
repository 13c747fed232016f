using System.Runtime.InteropServices;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace ThinkWatch.StandIns.Tests.AspireHosting;

/// <summary>An application of shell scripts in a directory of its own.</summary>
internal sealed class TestApplication : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private DistributedApplication? _application;

    public string DirectoryPath { get; } = Directory.CreateTempSubdirectory("apphost-").FullName;

    public IDistributedApplicationBuilder Builder { get; } = DistributedApplication.CreateBuilder([]);

    public ResourceNotificationService Notifications => _application!.Services.GetRequiredService<ResourceNotificationService>();

    public IResourceBuilder<ExecutableResource> AddScript(string name, string script) => Builder.AddExecutable(name, "/bin/sh", DirectoryPath, "-c", script);

    public async Task StartAsync()
    {
        _application = Builder.Build();
        await _application.StartAsync().WaitAsync(Patience);
    }

    public Task StopAsync(CancellationToken atOnce = default) => _application!.StopAsync(atOnce).WaitAsync(Patience);

    public string Path(string file) => System.IO.Path.Combine(DirectoryPath, file);

    public Task<string[]> LinesAsync(string file, int atLeast) => LinesAsync(Path(file), lines => lines.Length >= atLeast);

    /// <summary>Waits for the file to have what is asked for.</summary>
    public static async Task<string[]> LinesAsync(string path, Func<string[], bool> enough)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (File.Exists(path) && await File.ReadAllTextAsync(path) is var text && text.EndsWith('\n') && text.Split('\n', StringSplitOptions.RemoveEmptyEntries) is var lines && enough(lines))
                return lines;
            await Task.Delay(20, patience.Token);
        }
    }

    public static bool Lives(int pid) => Kill(pid, 0) == 0 && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    public static async Task WaitUntilGoneAsync(int pid)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (Lives(pid))
            await Task.Delay(20, patience.Token);
    }

    public static async Task<int> PidAsync(string path) => int.Parse((await LinesAsync(path, l => l.Length > 0))[0]);

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await StopAsync(new CancellationToken(canceled: true));
            await _application.DisposeAsync();
        }

        Directory.Delete(DirectoryPath, recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static extern int Kill(int pid, int signal);
}
