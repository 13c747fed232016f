using System.Net;
using global::Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ThinkWatch.StandIns.Tests.Grpc;

/// <summary>Someone who serves the echo service.</summary>
public interface IEchoEndpoint
{
    Echo.EchoClient Client { get; }
}

/// <summary>The echo service over Kestrel on a free port, and a channel to it.</summary>
public sealed class EchoServer : IEchoEndpoint, IAsyncLifetime
{
    public const int MaxReceiveMessageSize = 64 * 1024;

    private WebApplication? _app;

    internal EchoService Service { get; } = new();

    internal string Address => _app!.Urls.Single();

    internal GrpcChannel Channel { get; private set; } = null!;

    public Echo.EchoClient Client => new(Channel);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(Service);
        builder.Services.AddGrpc(options => options.MaxReceiveMessageSize = MaxReceiveMessageSize);
        _app = builder.Build();
        _app.MapGrpcService<EchoService>();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Channel = GrpcChannel.ForAddress(Address);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app!.DisposeAsync();
    }
}

/// <summary>.NET client → .NET server.</summary>
public sealed class DotNetCallKindTests(EchoServer server) : CallKindTests(server), IClassFixture<EchoServer>;
