using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace ThinkWatch.ClickHouse;

/// <summary>
/// Applies ordered <c>.sql</c> resources once each and notes them in <c>schema_migrations</c>. ClickHouse has neither DDL transactions nor
/// locks: statements must be repeatable (<c>IF NOT EXISTS</c>), so that a crash between two of them, or two replicas at once, do no harm.
/// </summary>
public sealed class ClickHouseMigrator(IClickHouse clickHouse)
{
    private static readonly TimeSpan StatementDeadline = TimeSpan.FromMinutes(5);

    /// <summary>Applies what is missing of the resources whose name holds <paramref name="folder"/> (<c>…folder.0001_name.sql</c>), by name.</summary>
    /// <param name="owner">The service that owns these tables; its versions are its own.</param>
    /// <returns>The names applied now.</returns>
    /// <exception cref="InvalidOperationException">A migration that was applied has changed since, or there is none.</exception>
    public Task<IReadOnlyList<string>> ApplyAsync(string owner, Assembly assembly, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var mark = $".{folder}.";
        var scripts = assembly.GetManifestResourceNames()
            .Where(name => name.Contains(mark, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => (Name: name[(name.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..^4], Sql: Read(assembly, name)))
            .OrderBy(script => script.Name, StringComparer.Ordinal)
            .ToList();
        return scripts.Count > 0
            ? ApplyAsync(owner, scripts, cancellationToken)
            : throw new InvalidOperationException($"Assembly {assembly.GetName().Name} embeds no .sql resource in a folder {folder}.");
    }

    internal async Task<IReadOnlyList<string>> ApplyAsync(string owner, IReadOnlyList<(string Name, string Sql)> scripts, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        var done = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in clickHouse.QueryAsync(
            "SELECT name, checksum FROM schema_migrations WHERE owner = {owner:String} ORDER BY applied_at",
            MigrationJson.Default.AppliedMigration, new ClickHouseCall { Parameters = new() { { "owner", owner } } }, cancellationToken).ConfigureAwait(false))
        {
            done[row.Name] = row.Checksum;
        }

        var applied = new List<string>();
        foreach (var (name, sql) in scripts)
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (!done.TryGetValue(name, out var known))
            {
                await ApplyOneAsync(owner, name, sql, checksum, cancellationToken).ConfigureAwait(false);
                applied.Add(name);
            }
            else if (known != checksum)
            {
                throw new InvalidOperationException($"ClickHouse migration {owner}/{name} has changed since it was applied: add a new one instead.");
            }
        }

        return applied;
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var database = clickHouse.Database.Replace("`", "``", StringComparison.Ordinal);
        await clickHouse.ExecuteAsync($"CREATE DATABASE IF NOT EXISTS `{database}`", new ClickHouseCall { Database = "" }, cancellationToken).ConfigureAwait(false);
        await clickHouse.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations
            (owner String, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'))
            ENGINE = MergeTree ORDER BY (owner, name)
            """,
            cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private async Task ApplyOneAsync(string owner, string name, string sql, string checksum, CancellationToken cancellationToken)
    {
        foreach (var statement in SqlStatements.Split(sql))
            await clickHouse.ExecuteAsync(statement, new ClickHouseCall { Deadline = StatementDeadline }, cancellationToken).ConfigureAwait(false);
        await clickHouse.ExecuteAsync(
            "INSERT INTO schema_migrations (owner, name, checksum) SELECT {owner:String}, {name:String}, {checksum:String}",
            new ClickHouseCall { Parameters = new() { { "owner", owner }, { "name", name }, { "checksum", checksum } } },
            cancellationToken).ConfigureAwait(false);
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

internal sealed record AppliedMigration(string Name, string Checksum);

[JsonSerializable(typeof(AppliedMigration))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class MigrationJson : JsonSerializerContext;
