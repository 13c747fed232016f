using Npgsql;

namespace ThinkWatch.Postgres;

/// <summary>
/// Applies what the ledger <c>schema_migrations</c> lacks, each script in its own transaction, under an advisory lock of the schema:
/// replicas that start together wait for the first. An applied script that was edited since is refused.
/// </summary>
internal static class Migrator
{
    public static async Task<IReadOnlyList<string>> ApplyAsync(NpgsqlDataSource database, string schema, IReadOnlyList<Migration> migrations, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock(hashtextextended('thinkwatch.migrations.' || $1, 0))", cancellationToken, schema);
        try
        {
            await ExecuteAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {Quote(schema)}", cancellationToken);
            await ExecuteAsync(connection,
                "CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())", cancellationToken);
            var known = await ReadLedgerAsync(connection, cancellationToken);
            var applied = new List<string>();
            foreach (var migration in migrations)
            {
                if (known.TryGetValue(migration.Name, out var checksum))
                {
                    if (checksum != migration.Checksum)
                        throw new InvalidOperationException($"Migration {migration.Name} was changed after it was applied. Write a new one instead.");
                    continue;
                }

                await ApplyAsync(connection, migration, cancellationToken);
                applied.Add(migration.Name);
            }

            return applied;
        }
        finally
        {
            // Not cancellable: a pooled connection must not carry the lock away.
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock_all()", CancellationToken.None);
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, migration.Sql, cancellationToken);
        await ExecuteAsync(connection, "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", cancellationToken, migration.Name, migration.Checksum);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<Dictionary<string, string>> ReadLedgerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var ledger = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("SELECT name, checksum FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ledger[reader.GetString(0)] = reader.GetString(1);
        return ledger;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Quote(string identifier) => '"' + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
