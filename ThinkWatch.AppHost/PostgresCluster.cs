namespace ThinkWatch.AppHost;

/// <summary>The embedded PostgreSQL's data directory: made once, with one password and one database.</summary>
internal sealed class PostgresCluster(string binaries, string directory)
{
    public const string Database = "thinkwatch";
    public const int Connections = 200;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    // PostgreSQL refuses to run as root: there it gets a user namespace in which root has another number.
    private static readonly string[] AsUser = Environment.IsPrivilegedProcess ? ["unshare", "--user", "--map-user=1000", "--map-group=1000"] : [];

    public string Command => CommandLine("postgres")[0];

    /// <summary>All but the port.</summary>
    public string[] ServerArguments =>
    [
        .. CommandLine("postgres")[1..],
        "-D", directory,
        "-c", "listen_addresses=127.0.0.1",
        "-c", "unix_socket_directories=",
        "-c", "shared_buffers=64MB",
        "-c", $"max_connections={Connections}",
        "-c", "log_min_messages=warning",
        "-c", "log_checkpoints=off",
    ];

    /// <summary>Into a directory beside it first: one that was left half made is made again.</summary>
    public async Task EnsureAsync(string password, CancellationToken cancellationToken)
    {
        if (Directory.Exists(directory))
            return;
        var temporary = $"{directory}.new";
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        var passwordFile = $"{directory}.password";
        try
        {
            await using (var file = new StreamWriter(passwordFile, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
                await file.WriteLineAsync(password.AsMemory(), cancellationToken);
            await RunAsync(CommandLine("initdb"),
                ["-D", temporary, "-U", "postgres", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "-E", "UTF8", "--locale=C"], null, cancellationToken);
            await RunAsync(CommandLine("postgres"), ["--single", "-D", temporary, "postgres"], $"CREATE DATABASE {Database};\n", cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(temporary, directory);
    }

    private string[] CommandLine(string program) => [.. AsUser, Path.Combine(binaries, program)];

    private static async Task RunAsync(string[] command, string[] arguments, string? input, CancellationToken cancellationToken)
    {
        var result = await Tool.RunAsync(command[0], [.. command[1..], .. arguments], Path.GetTempPath(), Deadline, cancellationToken, input);
        if (result.ExitCode != 0)
            throw new AppHostException($"PostgreSQL's database could not be created: {result.Tail}");
    }
}
