using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Bodies;

/// <summary>An S3 server of this test run (s3rver, fetched on first use), with one empty bucket.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "thinkwatch";
    private readonly string _data = Directory.CreateTempSubdirectory("thinkwatch-test-s3-").FullName;
    private readonly int _port = FreePort.Take();
    private EmbeddedProcess? _server;

    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["S3_ENDPOINT_URL"] = $"http://127.0.0.1:{_port}",
        ["S3_BUCKET"] = Bucket,
        ["S3_REGION"] = "us-east-1",
        ["S3_ACCESS_KEY_ID"] = "S3RVER",
        ["S3_SECRET_ACCESS_KEY"] = "S3RVER",
        ["S3_FORCE_PATH_STYLE"] = "true",
    };

    public async Task StartAsync()
    {
        var folder = Path.Combine(Repository.Root, "tests", "integration", "Bodies", "s3");
        var program = Path.Combine(folder, "node_modules", "s3rver", "bin", "s3rver.js");
        if (!File.Exists(program))
            await EmbeddedProcess.RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
        string[] arguments = [program, "-d", _data, "-a", "127.0.0.1", "-p", $"{_port}", "--no-vhost-buckets", "--configure-bucket", Bucket];
        _server = EmbeddedProcess.Start("node", arguments, folder, stopSignal: "KILL");
        await _server.WaitUntilAsync(AnswersAsync, TimeSpan.FromSeconds(30));
    }

    public async Task KillAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        using var http = new HttpClient();
        try
        {
            using var reply = await http.GetAsync(new Uri($"http://127.0.0.1:{_port}/"));
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
