using System.Diagnostics;
using System.Globalization;
using global::Grpc.Net.Client;

namespace ThinkWatch.StandIns.Tests.Grpc;

/// <summary>The echo service of @grpc/grpc-js, and a channel to it.</summary>
public sealed class NodeEchoServer : IEchoEndpoint, IAsyncLifetime
{
    private Process? _process;
    private GrpcChannel? _channel;

    public Echo.EchoClient Client => new(_channel);

    public async ValueTask InitializeAsync()
    {
        if (!Node.Exists)
            return;
        _process = await Node.StartPeerAsync("serve");
        var port = await _process.StandardOutput.ReadLineAsync();
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{int.Parse(port!, CultureInfo.InvariantCulture)}");
    }

    public ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        _process?.Kill();
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
