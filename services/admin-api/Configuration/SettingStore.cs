using Npgsql;
using ThinkWatch.AdminApi.Store;

namespace ThinkWatch.AdminApi.Configuration;

/// <summary>What differs from the defaults, in PostgreSQL.</summary>
internal static class SettingStore
{
    public static async Task<Dictionary<string, StoredSetting>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT key, value, changed_by, changed_at FROM settings", connection);
        var rows = await command.ReadAllAsync(
            static reader => new StoredSetting(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)), cancellationToken);
        return rows.ToDictionary(static row => row.Key);
    }

    /// <summary>Until the transaction ends nobody else changes a setting; what stands at its default has no row to lock. Readers do not wait.</summary>
    public static async Task HoldAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE", transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>True when another organisation has a catalog of its own here.</summary>
    public static async Task<bool> IsSharedByOthersAsync(NpgsqlTransaction transaction, Guid orgId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT EXISTS (SELECT 1 FROM providers WHERE org_id <> @org AND deleted_at IS NULL)
                OR EXISTS (SELECT 1 FROM models WHERE org_id <> @org AND deleted_at IS NULL)
            """,
            transaction.Connection,
            transaction).With("org", orgId);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public static async Task WriteAsync(NpgsqlTransaction transaction, Guid orgId, string changedBy, string key, string json, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO settings (key, org_id, value, changed_by) VALUES (@key, @org, @value, @by)
            ON CONFLICT (key) DO UPDATE SET org_id = excluded.org_id, value = excluded.value, changed_by = excluded.changed_by, changed_at = now()
            """,
            transaction.Connection,
            transaction).With("key", key).With("org", orgId).WithJson("value", json).With("by", changedBy);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task ClearAsync(NpgsqlTransaction transaction, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM settings WHERE key = @key", transaction.Connection, transaction).With("key", key);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed record StoredSetting(string Key, string Json, string ChangedBy, DateTimeOffset ChangedAt);
