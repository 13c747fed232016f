using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ThinkWatch.Contracts.Limits;
using ThinkWatch.ServiceDefaults;

namespace ThinkWatch.Libraries.Tests.ServiceDefaults;

/// <summary>A client of a service with two replicas, as its callers see it.</summary>
public sealed class FleetClientTests : IAsyncLifetime
{
    private const string Token = "an internal token of at least 32 characters";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Replica[] _replicas = [new(), new()];
    private WebApplication? _caller;

    private Limits.LimitsClient Client => _caller!.Services.GetRequiredService<Limits.LimitsClient>();

    public async ValueTask InitializeAsync()
    {
        foreach (var replica in _replicas) await replica.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("INTERNAL_TOKEN", Token),
            .. _replicas.Select(static (replica, n) => KeyValuePair.Create($"services:limits:grpc:{n}", (string?)replica.Address)),
        ]);
        builder.AddServiceDefaults("caller");
        builder.AddFleetClient<Limits.LimitsClient>("limits");
        _caller = builder.Build();
    }

    public async ValueTask DisposeAsync()
    {
        await _caller!.DisposeAsync();
        foreach (var replica in _replicas) await replica.StopAsync();
    }

    [Fact]
    public async Task Calls_TwoReplicas_TakeTurns()
    {
        for (var i = 0; i < 10; i++) await CallAsync();
        _replicas.Select(static r => r.Calls).ShouldBe([5, 5]);
    }

    [Fact]
    public async Task Calls_OneReplicaAwayAndBack_NoneFailsAndItServesAgain()
    {
        for (var i = 0; i < 4; i++) await CallAsync();
        await _replicas[0].StopAsync();
        for (var i = 0; i < 20; i++) await CallAsync();

        await _replicas[0].StartAsync();
        await UntilServedByAsync(_replicas[0]);
    }

    [Fact]
    public async Task Calls_OneReplicaSaysThatItCannotServe_AreAnsweredByTheOther()
    {
        _replicas[0].IsUnavailable = true;
        for (var i = 0; i < 10; i++) await CallAsync();
        _replicas[1].Calls.ShouldBe(10);
    }

    [Fact]
    public async Task Calls_OneReplicaRefuses_IsItsAnswer()
    {
        foreach (var replica in _replicas) replica.Refusal = StatusCode.InvalidArgument;
        (await Should.ThrowAsync<RpcException>(CallAsync)).StatusCode.ShouldBe(StatusCode.InvalidArgument);
        _replicas.Sum(static r => r.Calls).ShouldBe(1);
    }

    [Fact]
    public async Task Calls_OneReplicaHangs_AreSoonAnsweredByTheOther()
    {
        _replicas[0].Hangs = true;
        var giveUp = DateTime.UtcNow + Patience;
        for (var inARow = 0; inARow < 10;)
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue("the replica that hangs is still asked");
            try
            {
                await CallAsync(TimeSpan.FromMilliseconds(200));
                inARow++;
            }
            catch (RpcException late) when (late.StatusCode == StatusCode.DeadlineExceeded)
            {
                inARow = 0;
            }
        }

        _replicas[0].Hangs = false;
        await UntilServedByAsync(_replicas[0]);
    }

    [Fact]
    public async Task Calls_EveryReplicaAway_AreUnavailable()
    {
        foreach (var replica in _replicas) await replica.StopAsync();
        (await Should.ThrowAsync<RpcException>(CallAsync)).StatusCode.ShouldBe(StatusCode.Unavailable);
    }

    private Task CallAsync() => CallAsync(TimeSpan.FromSeconds(10));

    private async Task CallAsync(TimeSpan within) => await Client.CheckAsync(new CheckBatch(), deadline: DateTime.UtcNow + within);

    private async Task UntilServedByAsync(Replica replica)
    {
        var (before, giveUp) = (replica.Calls, DateTime.UtcNow + Patience);
        while (replica.Calls == before)
        {
            (DateTime.UtcNow < giveUp).ShouldBeTrue("the replica gets no calls although it is back");
            await CallAsync();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>A limits service that decides nothing, always at the same address.</summary>
    private sealed class Replica : Limits.LimitsBase
    {
        private readonly int _port = FreePort();
        private WebApplication? _app;
        private int _calls;

        public string Address => $"http://127.0.0.1:{_port}";

        public int Calls => Volatile.Read(ref _calls);

        public bool IsUnavailable { get; set; }

        public bool Hangs { get; set; }

        public StatusCode? Refusal { get; set; }

        public async Task StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddGrpc();
            builder.Services.AddSingleton(this);
            builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, _port, static l => l.Protocols = HttpProtocols.Http2));
            _app = builder.Build();
            _app.MapGrpcService<Replica>();
            _app.MapGet("/health/ready", () => Hangs ? Microsoft.AspNetCore.Http.Results.StatusCode(503) : Microsoft.AspNetCore.Http.Results.Ok());
            await _app.StartAsync();
        }

        public async Task StopAsync()
        {
            if (_app is null) return;
            using var atOnce = new CancellationTokenSource();
            await atOnce.CancelAsync();
            await _app.StopAsync(atOnce.Token);
            await _app.DisposeAsync();
            _app = null;
        }

        public override async Task<CheckBatchReply> Check(CheckBatch request, ServerCallContext context)
        {
            if (IsUnavailable) throw new RpcException(new Status(StatusCode.Unavailable, "no store"));
            if (Hangs) await Task.Delay(Timeout.Infinite, context.CancellationToken);
            Interlocked.Increment(ref _calls);
            return Refusal is { } code ? throw new RpcException(new Status(code, "no")) : new CheckBatchReply();
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
