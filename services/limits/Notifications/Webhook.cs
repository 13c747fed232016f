using System.Security.Cryptography;
using Dapper;
using Npgsql;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Notifications;

/// <summary>Where an organisation's notifications are sent to. <see cref="Secret"/> is sealed.</summary>
internal sealed record Webhook
{
    public Guid OrgId { get; init; }

    public string Url { get; init; } = "";

    public string Secret { get; init; } = "";

    public bool AllowPrivateNetwork { get; init; }

    public bool Enabled { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? LastDeliveredAt { get; init; }

    public DateTimeOffset? LastFailedAt { get; init; }

    public string? LastError { get; init; }

    public byte[] OpenSecret(Vault vault) => WebhookSecret.KeyOf(vault.OpenString(Secret, CellOf(OrgId)))!;

    public static string CellOf(Guid orgId) => $"limits.webhooks/secret/{orgId}";
}

/// <summary>A secret as the Standard Webhooks specification writes it: <c>whsec_</c> and base64 of 24 to 64 bytes.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int Bytes = 32;

    public static string Generate() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Null unless it is one.</summary>
    public static byte[]? KeyOf(string text)
    {
        var buffer = new byte[64];
        return text.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(text[Prefix.Length..], buffer, out var length) && length >= 24 ? buffer[..length] : null;
    }
}

/// <summary>The webhooks in Postgres, one an organisation.</summary>
internal sealed class WebhookStore(NpgsqlDataSource database, Vault vault)
{
    private const string Columns = "org_id, url, secret, allow_private_network, enabled, updated_at, last_delivered_at, last_failed_at, last_error";

    private const string Insert = """
        INSERT INTO webhooks (org_id, url, secret, allow_private_network, enabled, updated_at) VALUES (@orgId, @url, @secret, @allow, @enabled, now())
        ON CONFLICT (org_id) DO NOTHING
        """;

    private const string Update = """
        UPDATE webhooks SET url = @url, secret = @secret, allow_private_network = @allow, enabled = @enabled, updated_at = now() WHERE org_id = @orgId
        """;

    public async Task<Webhook?> FindAsync(Guid orgId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, orgId, null, cancellationToken);
    }

    /// <summary>Answers the webhook, and its secret when it is a new one.</summary>
    /// <exception cref="ApiProblemException">412: there is another one than the caller saw, or one where they saw none.</exception>
    public Task<(Webhook Webhook, string? Secret)> SetAsync(HttpContext http, WebhookBody body, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var orgId = http.Caller().OrgId();
            var before = await ReadAsync(transaction.Connection!, orgId, transaction, token);
            http.RequireMatch(before?.UpdatedAt ?? DateTimeOffset.MinValue);
            http.RequireNone(before is not null);
            var secret = body.Secret ?? (before is null || body.NewSecret == true ? WebhookSecret.Generate() : null);
            var parameters = new
            {
                orgId,
                url = body.Url,
                secret = secret is null ? before!.Secret : vault.Seal(secret, Webhook.CellOf(orgId)),
                allow = body.AllowPrivateNetwork ?? false,
                enabled = body.Enabled ?? true,
            };
            var written = await transaction.Connection!.ExecuteAsync(new CommandDefinition(before is null ? Insert : Update, parameters, transaction, cancellationToken: token));
            // There was no row to hold: somebody else has made it since, and was told a secret.
            if (written == 0) throw ApiProblem.Overtaken().AsException();
            var after = (await ReadAsync(transaction.Connection!, orgId, transaction, token))!;
            var entry = http.Audit(
                before is null ? "webhook.create" : "webhook.update", "webhook", orgId.ToString(), before is null ? null : WebhookView.Of(before), WebhookView.Of(after));
            await AuditOutbox.AppendAsync(transaction, entry, token);
            return (after, secret);
        },
        cancellationToken);

    /// <summary>What waits to be sent there is given up.</summary>
    /// <exception cref="ApiProblemException">404.</exception>
    public Task RemoveAsync(HttpContext http, CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var orgId = http.Caller().OrgId();
            var before = await ReadAsync(transaction.Connection!, orgId, transaction, token) ?? throw ApiProblem.NotFound("webhook").AsException();
            http.RequireMatch(before.UpdatedAt);
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                "DELETE FROM webhooks WHERE org_id = @orgId; UPDATE notifications SET webhook_due_at = NULL WHERE org_id = @orgId AND webhook_due_at IS NOT NULL",
                new { orgId }, transaction, cancellationToken: token));
            await AuditOutbox.AppendAsync(transaction, http.Audit("webhook.delete", "webhook", orgId.ToString(), WebhookView.Of(before), null), token);
        },
        cancellationToken);

    /// <summary>Seals anew what is still sealed with an earlier key.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var webhook in await connection.QueryAsync<Webhook>(new CommandDefinition($"SELECT {Columns} FROM webhooks", cancellationToken: cancellationToken)))
        {
            if (vault.IsCurrent(webhook.Secret)) continue;
            var renewed = vault.Renew(webhook.Secret, Webhook.CellOf(webhook.OrgId));
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE webhooks SET secret = @renewed WHERE org_id = @OrgId AND secret = @Secret", new { webhook.OrgId, webhook.Secret, renewed }, cancellationToken: cancellationToken));
        }
    }

    private static Task<Webhook?> ReadAsync(NpgsqlConnection connection, Guid orgId, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Webhook?>(new CommandDefinition(
            $"SELECT {Columns} FROM webhooks WHERE org_id = @orgId{(transaction is null ? "" : " FOR UPDATE")}", new { orgId }, transaction, cancellationToken: cancellationToken));
}
