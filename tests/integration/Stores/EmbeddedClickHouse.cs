using ThinkWatch.ClickHouse;
using ThinkWatch.Fleet;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>The embedded ClickHouse of one test class, in a temporary folder, on one port for its whole life; can be killed and started again.</summary>
internal sealed class EmbeddedClickHouse : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thinkwatch-test-ch-").FullName;
    private readonly int _port = FreePort.Take();
    private readonly HttpClient _http = new(ClickHouseClient.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
    private EmbeddedProcess? _server;

    public EmbeddedClickHouse() => Client = new ClickHouseClient(_http, ClickHouseOptions.Parse(ConnectionString));

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Database=thinkwatch;Username=default;Password=";

    public IClickHouse Client { get; }

    public async Task StartAsync()
    {
        var binary = Path.Combine(Repository.Root, "eng", "embedded-clickhouse", "bin", Repository.Configuration, "net10.0", "ThinkWatch.EmbeddedClickHouse.dll");
        var environment = new Dictionary<string, string>
        {
            ["DATA_DIR"] = _folder,
            ["HTTP_PORT"] = $"{_port}",
            ["CHDB_LIBRARY"] = await EmbeddedPackages.ChdbLibraryAsync(),
        };
        _server = EmbeddedProcess.Start("dotnet", [binary], _folder, environment, stopSignal: "KILL");
        await _server.WaitUntilAsync(AnswersAsync, TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    /// <summary>One number.</summary>
    public async Task<long> CountAsync(string sql) => long.Parse(await TextAsync(sql, "TabSeparated"));

    /// <summary>A whole result.</summary>
    public async Task<string> TextAsync(string sql, string format, ClickHouseCall? call = null)
    {
        await using var stream = await Client.StreamAsync(sql, format, call);
        using var text = new MemoryStream();
        await stream.CopyToAsync(text);
        return System.Text.Encoding.UTF8.GetString(text.ToArray()).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await Client.PingAsync();
            return true;
        }
        catch (ClickHouseException)
        {
            return false;
        }
    }
}
