using System.Buffers.Text;
using System.Security.Cryptography;

namespace ThinkWatch.AppHost;

/// <summary>The fleet's secrets: made once, kept in the data directory for its owner only.</summary>
internal sealed class Secrets
{
    public const string PostgresPassword = "POSTGRES_PASSWORD";

    private static readonly string[] Names = ["JWT_SECRET", "ENCRYPTION_KEY", "INTERNAL_TOKEN", "METRICS_BEARER_TOKEN", PostgresPassword];

    private readonly Dictionary<string, string> _values;

    private Secrets(Dictionary<string, string> values) => _values = values;

    public string this[string name] => _values[name];

    /// <summary>Earlier values of ENCRYPTION_KEY, separated by commas, while what they sealed is sealed anew; empty when it never changed.</summary>
    public string RetiredKeys => _values.GetValueOrDefault("ENCRYPTION_KEYS_RETIRED", "");

    /// <summary>Reads the file, adds what is missing.</summary>
    /// <exception cref="AppHostException">The file is gone while there is data that only its keys can read.</exception>
    public static Secrets LoadOrCreate(Paths paths)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(paths.SecretsFile))
        {
            foreach (var line in File.ReadLines(paths.SecretsFile))
            {
                var split = line.IndexOf('=', StringComparison.Ordinal);
                if (split > 0 && line[0] != '#')
                    values[line[..split].Trim()] = line[(split + 1)..].Trim();
            }
        }

        var missing = Names.Where(n => !values.TryGetValue(n, out var value) || value.Length == 0).ToList();
        if (missing.Count == 0)
            return new Secrets(values);
        if (Directory.Exists(paths.Of("postgres")))
        {
            throw new AppHostException(
                $"{paths.SecretsFile} lacks {string.Join(", ", missing)}, without which the data beside it cannot be read. Put it back, or start afresh with -- --reset.");
        }

        foreach (var name in missing)
            values[name] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        Write(paths.SecretsFile, values);
        return new Secrets(values);
    }

    private static void Write(string path, Dictionary<string, string> values)
    {
        var temporary = $"{path}.new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var writer = new StreamWriter(temporary, options))
        {
            writer.NewLine = "\n";
            foreach (var (name, value) in values)
                writer.WriteLine($"{name}={value}");
        }

        File.Move(temporary, path, overwrite: true);
    }
}
