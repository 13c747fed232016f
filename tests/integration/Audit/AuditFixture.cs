using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Fleet;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Spool;
using ThinkWatch.Spool.Shipping;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Audit;

/// <summary>ClickHouse and audit-ingest as processes of their own, both of which a test may kill; producers are made by the test.</summary>
public sealed class AuditFixture(EmbeddedStores stores) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thinkwatch-test-audit-").FullName;
    private readonly int _httpPort = FreePort.Take();
    private readonly int _grpcPort = FreePort.Take();
    private EmbeddedProcess? _ingest;
    private GrpcChannel? _channel;
    private string? _database;

    internal EmbeddedClickHouse ClickHouse { get; } = new();

    internal string Database => _database!;

    internal Contracts.Audit.AuditIngest.AuditIngestClient Wire => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        await ClickHouse.StartAsync();
        _channel = GrpcChannel.ForAddress(new Uri($"http://127.0.0.1:{_grpcPort}"), new GrpcChannelOptions { HttpHandler = new TokenHandler() });
        await StartIngestAsync();
    }

    internal async Task StartIngestAsync()
    {
        var binary = Path.Combine(Repository.Root, "services", "audit-ingest", "bin", Repository.Configuration, "net10.0", "ThinkWatch.AuditIngest.dll");
        var environment = new Dictionary<string, string>(ServiceProcess.Secrets)
        {
            ["HTTP_PORT"] = $"{_httpPort}",
            ["GRPC_PORT"] = $"{_grpcPort}",
            ["DATA_DIR"] = Path.Combine(_folder, "ingest"),
            ["ConnectionStrings__postgres"] = Database,
            ["ConnectionStrings__clickhouse"] = ClickHouse.ConnectionString,
        };
        _ingest = EmbeddedProcess.Start("dotnet", [binary], _folder, environment, stopSignal: "KILL");
        await _ingest.WaitUntilAsync(() => IsReadyAsync(), TimeSpan.FromSeconds(90));
    }

    /// <summary>SIGKILL.</summary>
    internal async Task KillIngestAsync()
    {
        if (_ingest is not null)
            await _ingest.DisposeAsync();
        _ingest = null;
    }

    /// <summary>200 or 503 of /health/ready; false when nobody answers.</summary>
    internal async Task<bool> IsReadyAsync(string probe = "ready")
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_httpPort}"), Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var reply = await http.GetAsync($"/health/{probe}");
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A producer with a spool of its own, shipping to the service.</summary>
    internal async Task<AuditSpool> ProducerAsync(string name)
    {
        var options = new SpoolOptions
        {
            Directory = Path.Combine(_folder, name),
            SegmentBytes = 1 << 20,
            FrameRecords = 100,
            Linger = TimeSpan.FromMilliseconds(5),
            FramePause = TimeSpan.FromMilliseconds(20),
            LongestBackOff = TimeSpan.FromMilliseconds(500),
            DrainTimeout = TimeSpan.FromMinutes(2),
        };
        var spool = new AuditSpool(options, static () => SpoolPolicy.Default, new DirectTransport(Wire), new SpoolMetrics(), NullLogger<AuditSpool>.Instance);
        await spool.StartAsync(CancellationToken.None);
        return spool;
    }

    /// <summary>One call, begun and completed, with a body of some hundred bytes.</summary>
    internal static async Task CallAsync(AuditSpool spool, string org, int number)
    {
        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow;
        var ticket = await spool.BeginAsync(RecordKind.Gateway, id, now, new GatewayCall
        {
            Id = id.ToString(),
            OrgId = org,
            CreatedAtMs = now.ToUnixTimeMilliseconds(),
            Model = "gpt-4o",
            RequestBody = ByteString.CopyFromUtf8($"{{\"prompt\":\"question {number} {new string('x', number % 700)}\"}}"),
        });
        spool.Complete(ticket.ShouldNotBeNull(), new GatewayCall { Status = 200, Outcome = Outcome.Ok, InputTokens = number });
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await KillIngestAsync();
        await ClickHouse.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class TokenHandler() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ServiceProcess.InternalToken);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
