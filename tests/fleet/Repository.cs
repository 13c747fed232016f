namespace ThinkWatch.Fleet;

/// <summary>Where this checkout is, found from the test's own binary.</summary>
public static class Repository
{
    /// <summary>The folder that holds ThinkWatch.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>Debug or Release, as this binary was built: the fleet is started from the same.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release", StringComparer.Ordinal) ? "Release" : "Debug";

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ThinkWatch.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("ThinkWatch.sln is in no folder above the test binary.");
    }
}
