namespace ThinkWatch.Conformance.Tests.Agents;

/// <summary>Where an agent works: a home and a folder of its own, with a note and a picture in it. Gone when disposed.</summary>
internal sealed class Workplace : IDisposable
{
    /// <summary>What stands in the note.</summary>
    public const string Words = "The moon is made of 4711 cheeses – 月";

    private const string Pixels =
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAABjklEQVR4nB3S4bSGIRRE4QchhBBCCCGEEEIIIYQQQgghhBBC+O57/5911syeDYFIIlOoNDqDyWJzuDz/5yGIQQpyUIIatKAHI5jBCnZwghu84HseohilKEclqlGLejSiGa1oRye60Yu+"
        + "KCGJSUpyUpKatKQnI5nJSnZykpu85AsespilLGclq1nLejayma1sZye72cu+mqGIRSpyUYpatKIXo5jFKnZxilu84oMSqlilKlelqlWrejWqWa1qV6e61as+hKGJTWpyU5ratKY3o5nNanZzmtu8P9660MUudbkrXe1a17vRzW51uzvd7V73zROGOKQhD2WoQ"
        + "xv6MIY5rGEPZ7jDG74xwxSnNOWpTHVqU5/GNKc17elMd3rTN31Y4pKWvJSlLm3py1jmspa9nOUub/lECVvc0pa3stWtbX0b29zWtrez3e1tn1bhiEc68lGOerSjH+OYxzr2cY57vOOTMFzxSle+ylWvdvVrXPNa177Oda93fcqGJz7pyU956tOe/oxnPuvZz3nu854f"
        + "/IbwAaMVnvIAAAAASUVORK5CYII=";

    public Workplace()
    {
        File.WriteAllText(Note, Words);
        File.WriteAllBytes(Picture, Convert.FromBase64String(Pixels));
    }

    public string Home { get; } = Directory.CreateTempSubdirectory("thinkwatch-home-").FullName;

    public string Folder { get; } = Directory.CreateTempSubdirectory("thinkwatch-work-").FullName;

    public string Note => Path.Combine(Folder, "note.txt");

    public string Picture => Path.Combine(Folder, "picture.png");

    /// <summary>A program of the installed agents' platform packages.</summary>
    public static string? FirstFile(string scope, string package, string under, string name)
    {
        var folder = Path.Combine(ClientProcess.Folder("agents"), "node_modules", scope);
        return Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder, package).Select(found => Path.Combine(found, under)).Where(Directory.Exists)
                .SelectMany(found => Directory.EnumerateFiles(found, name, SearchOption.AllDirectories)).FirstOrDefault()
            : null;
    }

    /// <summary>Nothing of the tester's own settings and keys reaches the agent.</summary>
    public void Isolate(IDictionary<string, string?> environment)
    {
        var path = environment["PATH"];
        environment.Clear();
        environment["PATH"] = path;
        environment["HOME"] = Home;
    }

    public void Dispose()
    {
        Directory.Delete(Home, recursive: true);
        Directory.Delete(Folder, recursive: true);
    }
}
