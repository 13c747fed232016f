using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Integration.Tests.Stores;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Identity;

/// <summary>Every change leaves a row in the outbox, and the outbox reaches audit-ingest in frames that never change.</summary>
public sealed class AuditTests(EmbeddedStores stores)
{
    [Fact]
    public async Task Outbox_IngestFailsAndComesBack_EveryFrameIsResentUnchangedAndForgotten()
    {
        var ingest = new Ingest();
        await using var server = await ingest.StartAsync();
        var database = await stores.CreateDatabaseAsync();
        await using var service = await IdentityFixture.StartAsync(stores, database, [new("services__audit-ingest__grpc__0", ingest.Address)]);
        using var client = new HttpClient();
        using var setup = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(client, new Uri(service.Http, "/api/setup/initialize"), IdentityFixture.SetupBody());
        setup.EnsureSuccessStatusCode();

        await ingest.UntilAsync(() => ingest.Refused.Count > 0);
        ingest.Healthy = true;
        await ingest.UntilAsync(() => ingest.Accepted.Any(f => Actions(f).Contains("setup.initialize")));
        await using var connection = new NpgsqlConnection(database + ";Search Path=identity");
        await connection.OpenAsync();
        await ingest.UntilAsync(() => (long)new NpgsqlCommand("SELECT count(*) FROM audit_outbox", connection).ExecuteScalar()! == 0);

        var accepted = ingest.Accepted.First();
        accepted.ShouldBe(ingest.Refused.First());
        accepted.Kind.ShouldBe(RecordKind.Audit);
        accepted.FirstSequence.ShouldBe(1ul);
        accepted.Records.Count.ShouldBe((int)(accepted.LastSequence - accepted.FirstSequence + 1));
        accepted.Partition.ShouldBe(DateTimeOffset.UtcNow.ToString("yyyy-MM-dd"));
    }

    private static IEnumerable<string> Actions(Frame frame) => frame.Records.Select(r => AuditEntry.Parser.ParseFrom(r).Action);

    /// <summary>Stands where audit-ingest would: fails on command, which the real one cannot be made to.</summary>
    private sealed class Ingest : Contracts.Audit.AuditIngest.AuditIngestBase
    {
        public ConcurrentQueue<Frame> Refused { get; } = new();

        public ConcurrentQueue<Frame> Accepted { get; } = new();

        public bool Healthy { get; set; }

        public string Address { get; private set; } = "";

        public async Task<WebApplication> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddGrpc();
            builder.Services.AddSingleton(this);
            var port = FreePort.Take();
            builder.WebHost.ConfigureKestrel(o => o.ListenLocalhost(port, l => l.Protocols = HttpProtocols.Http2));
            Address = $"http://127.0.0.1:{port}";
            var app = builder.Build();
            app.MapGrpcService<Ingest>();
            await app.StartAsync();
            return app;
        }

        public override async Task Ship(IAsyncStreamReader<Frame> requestStream, IServerStreamWriter<FrameAck> responseStream, ServerCallContext context)
        {
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                var frame = requestStream.Current;
                if (!Healthy)
                {
                    Refused.Enqueue(frame);
                    throw new RpcException(new Status(StatusCode.Unavailable, "not now"));
                }

                Accepted.Enqueue(frame);
                await responseStream.WriteAsync(new FrameAck
                {
                    ProducerId = frame.ProducerId,
                    Kind = frame.Kind,
                    FirstSequence = frame.FirstSequence,
                    LastSequence = frame.LastSequence,
                    Accepted = true,
                });
            }
        }

        public async Task UntilAsync(Func<bool> condition)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!condition())
                await Task.Delay(100, patience.Token);
        }
    }
}
