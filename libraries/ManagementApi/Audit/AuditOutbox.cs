using System.Security.Cryptography;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;
using ThinkWatch.Contracts.Audit;

namespace ThinkWatch.ManagementApi;

/// <summary>The audit row of a change, in the transaction of the change: both happen or neither.</summary>
public static class AuditOutbox
{
    /// <summary>Fills in id and time when the entry has none.</summary>
    public static async Task AppendAsync(NpgsqlTransaction transaction, AuditEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Id.Length == 0)
            entry.Id = Guid.CreateVersion7().ToString();
        if (entry.CreatedAtMs == 0)
            entry.CreatedAtMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        // Drawn once and kept with the entry: however often it is shipped, its row has the same salts.
        if (entry.SaltSeed.IsEmpty)
            entry.SaltSeed = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16));
        await using var command = new NpgsqlCommand("INSERT INTO audit_outbox (id, org_id, created_at, entry) VALUES ($1, $2, $3, $4)", transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(entry.Id) });
        command.Parameters.Add(new NpgsqlParameter { Value = Guid.TryParse(entry.OrgId, out var org) ? org : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = DateTimeOffset.FromUnixTimeMilliseconds(entry.CreatedAtMs) });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = entry.ToByteArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
