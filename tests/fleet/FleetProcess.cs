using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ThinkWatch.Fleet;

/// <summary>A whole fleet on free ports with a state of its own, started by the AppHost and stopped with everything it started.</summary>
public sealed partial class FleetProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    private readonly Process _host;
    private readonly MachineLock _lock;
    private readonly List<string> _log;
    private readonly bool _keepsData;

    private FleetProcess(Process host, MachineLock machine, List<string> log, string data, bool keepsData, Uri gateway, Uri console) =>
        (_host, _lock, _log, DataDirectory, _keepsData, Gateway, Console) = (host, machine, log, data, keepsData, gateway, console);

    /// <summary>The gateway port.</summary>
    public Uri Gateway { get; }

    /// <summary>The console port.</summary>
    public Uri Console { get; }

    /// <summary>The fleet's state: stores, spools, secrets.</summary>
    public string DataDirectory { get; }

    /// <summary>The process id of the AppHost.</summary>
    public int HostId => _host.Id;

    /// <summary>Starts a fleet and waits until every service is live. The second replica of a resource is named <c>{resource}-2</c>.</summary>
    /// <exception cref="InvalidOperationException">It did not get ready; the message ends with what it printed last.</exception>
    public static async Task<FleetProcess> StartAsync(string? dataDirectory = null, int replicas = 1, CancellationToken cancellationToken = default)
    {
        var machine = await MachineLock.TakeAsync(cancellationToken);
        var data = dataDirectory ?? Directory.CreateTempSubdirectory("thinkwatch-").FullName;
        var binary = Path.Combine(Repository.Root, "ThinkWatch.AppHost", "bin", Repository.Configuration, "net10.0", "ThinkWatch.AppHost.dll");
        var start = new ProcessStartInfo("dotnet", [binary, "--gateway-port", "0", "--console-port", "0", "--data-dir", data, "--replicas", $"{replicas}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        var host = Process.Start(start) ?? throw new InvalidOperationException("The AppHost could not be started.");
        var log = new List<string>();
        var ready = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Line(string? line)
        {
            if (line is null) return;
            lock (log) log.Add(line);
            if (ReadyLine().Match(line) is { Success: true } match) ready.TrySetResult(match);
        }

        host.OutputDataReceived += (_, e) => Line(e.Data);
        host.ErrorDataReceived += (_, e) => Line(e.Data);
        host.EnableRaisingEvents = true;
        host.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The AppHost exited with {host.ExitCode}."));
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        try
        {
            var addresses = await ready.Task.WaitAsync(StartPatience, cancellationToken);
            return new FleetProcess(host, machine, log, data, dataDirectory is not null, new Uri(addresses.Groups["gateway"].Value), new Uri(addresses.Groups["console"].Value));
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            await EndAsync(host);
            machine.Dispose();
            throw new InvalidOperationException($"The fleet did not get ready: {e.Message}\n{Tail(log, 60)}", e);
        }
    }

    /// <summary>The last lines that the fleet printed.</summary>
    public string Log(int lines = 80) => Tail(_log, lines);

    /// <summary>Everything that the fleet printed so far.</summary>
    public string WholeLog() => Tail(_log, int.MaxValue);

    /// <summary>The process ids of a resource's live replicas, as the AppHost notes them.</summary>
    public IReadOnlyList<int> ProcessesOf(string resource)
    {
        using var state = ReadState();
        return [.. Replicas(state, resource).Where(static r => r.TryGetProperty("pid", out _)).Select(static r => r.GetProperty("pid").GetInt32())];
    }

    /// <summary>Where an endpoint of a resource listens.</summary>
    public Uri AddressOf(string resource, string endpoint)
    {
        using var state = ReadState();
        return new Uri($"http://127.0.0.1:{Replicas(state, resource).First().GetProperty("ports").GetProperty(endpoint).GetInt32()}");
    }

    /// <summary>Ends a resource's processes with SIGKILL.</summary>
    public void Kill(string resource)
    {
        var processes = ProcessesOf(resource);
        if (processes.Count == 0) throw new InvalidOperationException($"No process of {resource} is known.");
        foreach (var process in processes) _ = Signal(process, SigKill);
    }

    /// <summary>Sends any signal to a process.</summary>
    public static int Signal(int process, int signal) => NativeMethods.Kill(process, signal);

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_host);
        _lock.Dispose();
        if (!_keepsData) Directory.Delete(DataDirectory, recursive: true);
    }

    private JsonDocument ReadState() => JsonDocument.Parse(File.ReadAllText(Path.Combine(DataDirectory, "run.json")));

    private static IEnumerable<JsonElement> Replicas(JsonDocument state, string resource) =>
        state.RootElement.GetProperty("resources").EnumerateArray().Where(r => r.GetProperty("name").GetString() == resource);

    private static async Task EndAsync(Process host)
    {
        if (!host.HasExited)
        {
            _ = NativeMethods.Kill(host.Id, SigTerm);
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await host.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                host.Kill();
            }
        }

        host.Dispose();
    }

    private static string Tail(List<string> log, int lines)
    {
        lock (log) return string.Join('\n', log.TakeLast(lines));
    }

    [GeneratedRegex(@"ready gateway=(?<gateway>\S+) console=(?<console>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadyLine();

    private static partial class NativeMethods
    {
        [LibraryImport("libc", EntryPoint = "kill")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Kill(int process, int signal);
    }
}
