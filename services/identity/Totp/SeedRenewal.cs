using Dapper;
using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Totp;

/// <summary>At start, seals anew what is still sealed with an earlier key, so that the earlier key can be forgotten. Any number of replicas may do it.</summary>
internal sealed partial class SeedRenewal(NpgsqlDataSource database, Vault vault, PostgresReady ready, ILogger<SeedRenewal> log) : BackgroundService
{
    private static readonly string[] Columns = ["totp_seed", "totp_pending_seed"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        try
        {
            foreach (var column in Columns)
                await RenewAsync(column, stoppingToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or VaultException)
        {
            LogLater(log, fault.Message);
        }
    }

    private async Task RenewAsync(string column, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var old = await connection.QueryAsync<(Guid Id, string Sealed)>(new CommandDefinition(
            $"SELECT id, {column} FROM users WHERE {column} IS NOT NULL AND {column} NOT LIKE 'v1.' || @KeyId || '.%'", new { vault.KeyId }, cancellationToken: cancellationToken));
        foreach (var (id, envelope) in old)
        {
            // Only if nobody has changed it meanwhile.
            await connection.ExecuteAsync(new CommandDefinition(
                $"UPDATE users SET {column} = @renewed WHERE id = @id AND {column} = @envelope",
                new { id, envelope, renewed = vault.Renew(envelope, TotpStore.Cell(column, id)) }, cancellationToken: cancellationToken));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Second factors stay sealed with an earlier key until the next start: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
