using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Bodies;

/// <summary>An S3 server of this test run (s3rver, fetched on first use), with one empty bucket.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "thinkwatch";
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "integration", "Bodies", "s3");
    private static readonly string s_program = Path.Combine(s_folder, "node_modules", "s3rver", "bin", "s3rver.js");

    /// <summary>Once, whoever of the tests comes first.</summary>
    private static readonly Lazy<Task> s_installed = new(static () =>
        File.Exists(s_program) ? Task.CompletedTask : EmbeddedProcess.RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], s_folder));

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
        await s_installed.Value;
        string[] arguments = [s_program, "-d", _data, "-a", "127.0.0.1", "-p", $"{_port}", "--no-vhost-buckets", "--configure-bucket", Bucket];
        _server = EmbeddedProcess.Start("node", arguments, s_folder, stopSignal: "KILL");
        await _server.WaitUntilAsync(AnswersAsync, TimeSpan.FromSeconds(30));
    }

    /// <summary>The keys of all objects, as the server's own listing tells them.</summary>
    public string[] Keys()
    {
        var bucket = Path.Combine(_data, Bucket);
        const string Suffix = "._S3rver_object";
        return [.. Directory.EnumerateFiles(bucket, "*" + Suffix, SearchOption.AllDirectories).Select(file => Path.GetRelativePath(bucket, file)[..^Suffix.Length]).Order(StringComparer.Ordinal)];
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
