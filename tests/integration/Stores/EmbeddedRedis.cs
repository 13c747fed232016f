using System.Net.Sockets;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>A Garnet server of this test run, with the same switches as the fleet's (scripts are atomic only with them).</summary>
internal sealed class EmbeddedRedis : IAsyncDisposable
{
    private readonly string _folder;
    private readonly EmbeddedProcess _server;
    private readonly int _port;

    private EmbeddedRedis(string folder, EmbeddedProcess server, int port) => (_folder, _server, _port) = (folder, server, port);

    /// <summary>host:port.</summary>
    public string Address => $"127.0.0.1:{_port}";

    public static async Task<EmbeddedRedis> StartAsync(int? fixedPort = null)
    {
        var garnet = await EmbeddedPackages.GarnetAsync();
        var folder = Directory.CreateTempSubdirectory("thinkwatch-test-redis-").FullName;
        var port = fixedPort ?? FreePort.Take();
        string[] arguments =
        [
            "exec", garnet, "--port", $"{port}", "--bind", "127.0.0.1", "--lua", "--lua-transaction-mode", "--aof", "--aof-commit-freq", "100",
            "--device-type", "RandomAccess", "--checkpointdir", folder, "--index", "16m",
        ];
        var redis = new EmbeddedRedis(folder, EmbeddedProcess.Start("dotnet", arguments, folder), port);
        await redis._server.WaitUntilAsync(redis.AnswersAsync, TimeSpan.FromSeconds(60));
        return redis;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", _port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            return false;
        }
    }
}
