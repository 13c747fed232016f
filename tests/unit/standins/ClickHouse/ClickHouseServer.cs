using System.Diagnostics;
using System.Net;
using System.Text;

namespace ThinkWatch.Tests.ClickHouse;

/// <summary>The real embedded ClickHouse as a process of its own, with a directory of its own, on a free port of loopback.</summary>
public sealed class ClickHouseServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("thinkwatch-clickhouse-").FullName;
    private readonly StringBuilder _log = new();
    private readonly Dictionary<string, string> _environment = [];
    private Process? _process;

    public int Port { get; private set; }

    public string DataDirectory => _data;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(60) };

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database=thinkwatch;Username=default;Password=";

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public async ValueTask InitializeAsync() => await StartAsync();

    public ClickHouseServer With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    public async Task StartAsync()
    {
        var folder = Path.Combine(Repository.Root, "eng", "embedded-clickhouse", "bin", Repository.Configuration, "net10.0");
        var start = new ProcessStartInfo(Path.Combine(folder, "ThinkWatch.EmbeddedClickHouse"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["CHDB_LIBRARY"] = ChdbLibrary.Path,
                ["DATA_DIR"] = _data,
                ["HTTP_PORT"] = Port.ToString(),
                ["BIND_ADDRESS"] = "127.0.0.1",
            },
        };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        var listening = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data, listening);
        _process.ErrorDataReceived += (_, line) => Read(line.Data, listening);
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"The server ended: {Log}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Port = await listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>As a power cut would, but for the page cache.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <returns>The exit code after SIGTERM.</returns>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString()]);
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    /// <summary>Runs one statement and returns its result; fails on any status but 200.</summary>
    public async Task<string> RunAsync(string sql, string url = "", HttpContent? body = null)
    {
        using var response = await SendAsync(sql, url, body);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }

    public Task<HttpResponseMessage> SendAsync(string sql, string url = "", HttpContent? body = null)
    {
        var query = (body is null ? "" : "query=" + Uri.EscapeDataString(sql) + "&") + url;
        return Http.PostAsync(new Uri(Address, "?" + query), body ?? new StringContent(sql));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Http.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private void Read(string? line, TaskCompletionSource<int> listening)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
        const string Mark = "Now listening on: ";
        if (line.IndexOf(Mark, StringComparison.Ordinal) is >= 0 and var at)
            listening.TrySetResult(new Uri(line[(at + Mark.Length)..]).Port);
    }
}

/// <summary>Where the sources are and how this test was built.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ThinkWatch.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("These tests run inside the repository.");
    }
}

/// <summary>The engine's library: from CHDB_LIBRARY, else from eng/embedded-stores, installed there if it is not yet.</summary>
internal static class ChdbLibrary
{
    private static readonly Lazy<string> Found = new(Find);

    public static string Path => Found.Value;

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("CHDB_LIBRARY") is { Length: > 0 } path)
            return path;
        var stores = System.IO.Path.Combine(Repository.Root, "eng", "embedded-stores");
        var library = System.IO.Path.Combine(stores, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var appHost = System.IO.Path.Combine(Repository.Root, "ThinkWatch.AppHost", "bin", output.Parent!.Name, output.Name, "ThinkWatch.AppHost.dll");
        using var fetch = Process.Start(new ProcessStartInfo("dotnet", ["exec", appHost, "--fetch"]) { WorkingDirectory = Repository.Root })!;
        fetch.WaitForExit(TimeSpan.FromMinutes(15)).ShouldBeTrue("fetching took too long");
        File.Exists(library).ShouldBeTrue("the AppHost did not fetch libchdb.so");
        return library;
    }
}
