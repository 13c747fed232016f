namespace ThinkWatch.AppHost;

/// <summary>The console is built from its sources, as a task of the fleet beside the stores' start.</summary>
internal static class ConsoleBuild
{
    private static readonly string[] NotSources = ["node_modules", "dist", "coverage", ".vite"];

    public static bool IsNeeded(Paths paths)
    {
        if (!File.Exists(Path.Combine(paths.Console, "package.json")))
            return false;
        var built = new FileInfo(Path.Combine(paths.ConsoleBuild, "index.html"));
        return !built.Exists || Newest(new DirectoryInfo(paths.Console)) > built.LastWriteTimeUtc;
    }

    public static IResourceBuilder<ExecutableResource> Add(IDistributedApplicationBuilder builder, Paths paths)
    {
        // npm writes its own copy of the lock file last: without it, or with an older one, the packages are not there as the lock says.
        var installed = new FileInfo(Path.Combine(paths.Console, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(paths.Console, "package-lock.json"));
        var install = installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc ? "" : "npm ci --no-audit --no-fund && ";
        return builder.AddExecutable("console-build", "/bin/sh", paths.Console, "-c", $"{install}npm run build")
            .WithEnvironment("CI", "true");
    }

    private static DateTime Newest(DirectoryInfo directory)
    {
        var newest = DateTime.MinValue;
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo child && (NotSources.Contains(child.Name) || child.LinkTarget is not null))
                continue;
            var written = entry is DirectoryInfo folder ? Newest(folder) : entry.LastWriteTimeUtc;
            newest = written > newest ? written : newest;
        }

        return newest;
    }
}
