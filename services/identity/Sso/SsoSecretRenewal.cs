using Dapper;
using Npgsql;
using ThinkWatch.Postgres;

namespace ThinkWatch.Identity.Sso;

/// <summary>At start, seals client secrets anew that are still sealed with an earlier key, so that the earlier key can be forgotten. Any number of replicas may do it.</summary>
internal sealed partial class SsoSecretRenewal(NpgsqlDataSource database, Vault vault, PostgresReady ready, ILogger<SsoSecretRenewal> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        try
        {
            await RenewAsync(stoppingToken);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or VaultException)
        {
            LogLater(log, fault.Message);
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var old = await connection.QueryAsync<(Guid Id, string Sealed)>(new CommandDefinition(
            "SELECT id, client_secret FROM sso_connections WHERE client_secret IS NOT NULL AND client_secret NOT LIKE 'v1.' || @KeyId || '.%'",
            new { vault.KeyId }, cancellationToken: cancellationToken));
        foreach (var (id, envelope) in old)
        {
            // Only if nobody has changed it meanwhile.
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE sso_connections SET client_secret = @renewed WHERE id = @id AND client_secret = @envelope",
                new { id, envelope, renewed = vault.Renew(envelope, SsoConnection.SecretCell(id)) }, cancellationToken: cancellationToken));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Client secrets of single sign-on stay sealed with an earlier key until the next start: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
