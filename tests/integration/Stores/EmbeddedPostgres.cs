using Npgsql;
using ThinkWatch.Tests;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>A PostgreSQL server of this test run, in a temporary folder, without fsync.</summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    // PostgreSQL refuses to run as root: there it gets a user namespace in which root has another number.
    private static readonly string[] AsUser = Environment.IsPrivilegedProcess ? ["unshare", "--user", "--map-user=1000", "--map-group=1000"] : [];

    private readonly string _folder;
    private readonly EmbeddedProcess _server;
    private readonly int _port;

    private EmbeddedPostgres(string folder, EmbeddedProcess server, int port) => (_folder, _server, _port) = (folder, server, port);

    public static async Task<EmbeddedPostgres> StartAsync()
    {
        var binaries = await EmbeddedPackages.PostgresBinariesAsync();
        var folder = Directory.CreateTempSubdirectory("thinkwatch-test-pg-").FullName;
        var data = Path.Combine(folder, "data");
        string[] initdb = [.. AsUser, Path.Combine(binaries, "initdb")];
        await EmbeddedProcess.RunAsync(initdb[0], [.. initdb[1..], "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"], folder);

        var port = FreePort.Take();
        string[] server =
        [
            .. AsUser, Path.Combine(binaries, "postgres"), "-D", data, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "max_connections=200",
        ];
        // INT: ends at once; TERM would wait for the pools of the tests.
        var postgres = new EmbeddedPostgres(folder, EmbeddedProcess.Start(server[0], server[1..], folder, stopSignal: "INT"), port);
        await postgres._server.WaitUntilAsync(postgres.AnswersAsync, TimeSpan.FromSeconds(60));
        return postgres;
    }

    /// <summary>A new, empty database; the answer is its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=postgres;Password=unused;Database={database};Maximum Pool Size=10";

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
