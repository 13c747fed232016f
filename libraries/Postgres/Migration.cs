using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ThinkWatch.Postgres;

/// <summary>One ordered SQL script. <see cref="Name"/> is "assembly/file.sql" and is what the ledger remembers.</summary>
internal sealed record Migration(string Name, string Sql)
{
    private const string Folder = ".Migrations.";

    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Shared libraries first, by assembly name, then the service; inside an assembly by file name.</summary>
    public static IReadOnlyList<Migration> Collect(IEnumerable<MigrationAssembly> assemblies) =>
        [.. assemblies
            .OrderByDescending(a => a.Shared)
            .ThenBy(a => a.Assembly.GetName().Name, StringComparer.Ordinal)
            .SelectMany(a => Read(a.Assembly))];

    private static IEnumerable<Migration> Read(Assembly assembly) =>
        assembly.GetManifestResourceNames()
            .Where(name => name.Contains(Folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration($"{assembly.GetName().Name}/{name[(name.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..]}", ReadText(assembly, name)));

    private static string ReadText(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
