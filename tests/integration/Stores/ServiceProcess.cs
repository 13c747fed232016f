using System.Net.Http.Headers;
using Grpc.Net.Client;
using ThinkWatch.Fleet;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>One service of the fleet as its own process, on free ports, with secrets of this run.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    public const string InternalToken = "internal-token-of-the-tests-0123456789";

    private readonly EmbeddedProcess _process;
    private readonly string _folder;

    private ServiceProcess(EmbeddedProcess process, string folder, int httpPort, int grpcPort)
    {
        (_process, _folder) = (process, folder);
        Http = new Uri($"http://127.0.0.1:{httpPort}");
        Grpc = new Uri($"http://127.0.0.1:{grpcPort}");
    }

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>Everything it printed.</summary>
    public string Output => _process.Output;

    public static IReadOnlyDictionary<string, string> Secrets { get; } = new Dictionary<string, string>
    {
        ["INTERNAL_TOKEN"] = InternalToken,
        ["JWT_SECRET"] = "jwt-secret-of-the-tests-abcdefghijklmnopqrstuvwxyz",
        ["ENCRYPTION_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        ["METRICS_BEARER_TOKEN"] = "metrics-token-of-the-tests-0123456789",
    };

    /// <summary>Starts it and waits for /health/ready.</summary>
    public static async Task<ServiceProcess> StartAsync(string project, string folderName, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var service = Launch(project, folderName, environment);
        await service.WaitUntilAsync("/health/ready");
        return service;
    }

    public Task WaitUntilLiveAsync() => WaitUntilAsync("/health/live");

    /// <summary>Starts it and waits for its end; for configurations that it must refuse.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEndAsync(string project, string folderName, IEnumerable<KeyValuePair<string, string>> environment)
    {
        await using var service = Launch(project, folderName, environment);
        await service._process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        return (service._process.ExitCode, service.Output);
    }

    public GrpcChannel Channel() => GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { HttpHandler = new TokenHandler() });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitUntilAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = Http };
        await _process.WaitUntilAsync(
            async () =>
            {
                try
                {
                    using var reply = await client.GetAsync(path);
                    return reply.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60));
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public static ServiceProcess Launch(string project, string folderName, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var binary = Path.Combine(Repository.Root, "services", folderName, "bin", Repository.Configuration, "net10.0", $"{project}.dll");
        var folder = Directory.CreateTempSubdirectory($"thinkwatch-test-{folderName}-").FullName;
        var (http, grpc) = (FreePort.Take(), FreePort.Take());
        var variables = new Dictionary<string, string>(Secrets)
        {
            ["HTTP_PORT"] = $"{http}",
            ["GRPC_PORT"] = $"{grpc}",
            ["DATA_DIR"] = folder,
        };
        foreach (var (name, value) in environment)
            variables[name] = value;
        return new ServiceProcess(EmbeddedProcess.Start("dotnet", [binary], folder, variables), folder, http, grpc);
    }

    private sealed class TokenHandler() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", InternalToken);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
