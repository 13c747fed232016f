using System.Text.Json;
using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.AdminApi.Providers;

/// <summary>
/// At start, seals anew what is still sealed with an earlier key, so that the earlier key can be forgotten. Each cell is replaced only if nobody has
/// changed it meanwhile: any number of replicas may do it.
/// </summary>
internal sealed partial class SecretRenewal(NpgsqlDataSource database, Vault vault, PostgresReady ready, ILogger<SecretRenewal> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        try
        {
            await RenewAsync("SELECT id, secret FROM provider_keys", "UPDATE provider_keys SET secret = $3 WHERE id = $1 AND secret = $2",
                (id, sealedText) => vault.Renew(sealedText, $"catalog.provider_keys/secret/{id}"), stoppingToken);
            await RenewAsync("SELECT id, config_sealed FROM providers WHERE config_sealed IS NOT NULL", "UPDATE providers SET config_sealed = $3 WHERE id = $1 AND config_sealed = $2",
                (id, sealedText) => vault.Renew(sealedText, $"catalog.providers/config/{id}"), stoppingToken);
            await RenewAsync("SELECT id, headers::text FROM providers WHERE headers <> '{}'", "UPDATE providers SET headers = $3::jsonb WHERE id = $1 AND headers = $2::jsonb", RenewHeaders, stoppingToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or VaultException)
        {
            LogLater(log, fault.Message);
        }
    }

    private string RenewHeaders(Guid provider, string json)
    {
        var headers = JsonSerializer.Deserialize<Dictionary<string, SealedText>>(json)!;
        return headers.Values.All(header => vault.IsCurrent(header.Sealed)) ? json : JsonSerializer.Serialize(
            headers.ToDictionary(static h => h.Key, h => h.Value with { Sealed = vault.Renew(h.Value.Sealed, $"catalog.providers/headers/{provider}/{h.Key}") }));
    }

    private async Task RenewAsync(string read, string write, Func<Guid, string, string> renew, CancellationToken cancellationToken)
    {
        var cells = new List<(Guid Id, string Sealed)>();
        await using (var command = database.CreateCommand(read))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                cells.Add((reader.GetGuid(0), reader.GetString(1)));
        }

        foreach (var (id, old) in cells)
        {
            var renewed = renew(id, old);
            if (renewed == old)
                continue;
            await using var command = database.CreateCommand(write);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = old });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = renewed });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider secrets stay sealed with an earlier key until the next start: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
