namespace ThinkWatch.AppHost;

/// <summary>Where things are: the repository's own folders, and the data directory with the state of this fleet.</summary>
internal sealed class Paths(string repository, string? dataDirectory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Repository { get; } = Path.GetFullPath(repository);

    public string Data { get; } = Path.GetFullPath(dataDirectory ?? Path.Combine(repository, ".thinkwatch"));

    public string Bodies => Path.Combine(Data, "bodies");

    public string SecretsFile => Path.Combine(Data, "secrets.env");

    public string RunFile => Path.Combine(Data, "run.json");

    public string LockFile => Path.Combine(Data, "apphost.lock");

    public string Console => Path.Combine(Repository, "web");

    public string ConsoleBuild => Path.Combine(Console, "dist");

    public string EmbeddedStores => Path.Combine(Repository, "eng", "embedded-stores");

    /// <summary>A service's or a store's own directory.</summary>
    public string Of(string resource) => Path.Combine(Data, resource);

    public static void Ensure(string directory) => Directory.CreateDirectory(directory, OwnerOnly);
}
