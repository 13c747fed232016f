using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ThinkWatch.Load;

/// <summary>Another program that passes calls on to the simulator, as a process of its own.</summary>
internal sealed class Peer : IDisposable
{
    private const string PortkeyVersion = "1.15.2";
    private readonly string _name;
    private readonly Process _process;

    private Peer(string name, Process process, int port)
    {
        (_name, _process) = (name, process);
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>Headers that it wants.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static Task<Peer> StartYarpAsync(Uri simulator, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [typeof(Peer).Assembly.Location, "bare-yarp", $"{port}", simulator.ToString()]) { RedirectStandardOutput = true };
        return new Peer("bare yarp", Process.Start(start)!, port).AnsweringAsync(cancellationToken);
    }

    /// <summary>Portkey's open gateway from npm, with nothing switched on.</summary>
    public static async Task<Peer> StartPortkeyAsync(Uri simulator, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"thinkwatch-load-portkey-{PortkeyVersion}");
        var program = Path.Combine(folder, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
        if (!File.Exists(program))
        {
            Directory.CreateDirectory(folder);
            var install = new ProcessStartInfo("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, $"@portkey-ai/gateway@{PortkeyVersion}"]);
            using var npm = Process.Start(install)!;
            await npm.WaitForExitAsync(cancellationToken);
        }

        var port = FreePort();
        var start = new ProcessStartInfo("node", [program, $"--port={port}", "--headless"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NODE_ENV"] = "production";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var peer = new Peer("portkey", process, port)
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["x-portkey-provider"] = "openai",
                ["x-portkey-custom-host"] = new Uri(simulator, "/v1").ToString(),
                ["Authorization"] = "Bearer any",
            },
        };
        return await peer.AnsweringAsync(cancellationToken);
    }

    /// <summary>Its processes beside others.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> And(IReadOnlyDictionary<string, IReadOnlyList<int>> others) =>
        new Dictionary<string, IReadOnlyList<int>>(others, StringComparer.Ordinal) { [_name] = [_process.Id] };

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task<Peer> AnsweringAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 300 && !_process.HasExited; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Address.Port, cancellationToken);
                return this;
            }
            catch (SocketException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }

        Dispose();
        throw new TimeoutException($"{_name} did not start.");
    }
}
