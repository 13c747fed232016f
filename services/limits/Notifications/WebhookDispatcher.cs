using System.Diagnostics.Metrics;
using System.Text.Json;
using Dapper;
using Npgsql;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;

namespace ThinkWatch.Limits.Notifications;

/// <summary>What a receiver is sent.</summary>
internal sealed record WebhookMessage(Guid Id, string Type, DateTimeOffset Timestamp, WebhookSubject? Subject, JsonElement Data);

internal sealed record WebhookSubject(string Kind, string Id, string Name);

/// <summary>
/// Sends notifications that are due to their organisation's webhook. A row is taken by moving its time: whoever dies while sending leaves it to the next
/// attempt, so a receiver may see a message twice, under the same id. After eight attempts, within two hours, it is given up.
/// </summary>
internal sealed partial class WebhookDispatcher(
    NpgsqlDataSource database, WebhookStore webhooks, WebhookSender sender, PostgresReady ready, IMeterFactory meters, TimeProvider time, ILogger<WebhookDispatcher> log) : BackgroundService
{
    public const int MostAttempts = 8;
    private const int AtOnce = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Counter<long> _sent = meters.Create("ThinkWatch.Limits").CreateCounter<long>("alert_webhook_total");

    // Longer than a delivery may take.
    private const string Take = """
        UPDATE notifications SET webhook_due_at = now() + interval '1 minute', webhook_attempts = webhook_attempts + 1
        WHERE id IN (SELECT id FROM notifications WHERE webhook_due_at <= now() ORDER BY webhook_due_at LIMIT @AtOnce FOR UPDATE SKIP LOCKED)
        RETURNING id, org_id, created_at, type, subject_kind, subject_id, subject_name, details::text AS details, webhook_attempts AS attempts
        """;

    private const string Settle = """
        UPDATE notifications SET webhook_due_at = @due, webhook_error = @error WHERE id = @id;
        UPDATE webhooks SET last_delivered_at = CASE WHEN @error IS NULL THEN now() ELSE last_delivered_at END,
            last_failed_at = CASE WHEN @error IS NULL THEN last_failed_at ELSE now() END, last_error = @error WHERE org_id = @org
        """;

    public static TimeSpan PauseAfter(int attempts) => TimeSpan.FromSeconds(Math.Min(3600, 2 * Math.Pow(4, attempts - 1)));

    public static byte[] MessageOf(Guid id, string type, DateTimeOffset at, WebhookSubject? subject, JsonElement data) =>
        JsonSerializer.SerializeToUtf8Bytes(new WebhookMessage(id, type, at, subject, data), ApiJson.Options);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        var renewed = false;
        do
        {
            try
            {
                if (!renewed) await webhooks.RenewAsync(stoppingToken);
                renewed = true;
                while (await SendDueAsync(stoppingToken) == AtOnce)
                {
                }
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or VaultException)
            {
                LogLater(fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        List<Row> rows;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
            rows = (await connection.QueryAsync<Row>(new CommandDefinition(Take, new { AtOnce }, cancellationToken: cancellationToken))).AsList();
        // Together: one receiver that is slow keeps no other waiting.
        await Task.WhenAll(rows.Select(row => SendAsync(row, cancellationToken)));
        return rows.Count;
    }

    private async Task SendAsync(Row row, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.FindAsync(row.OrgId, cancellationToken);
        if (webhook is not { Enabled: true })
        {
            await SettleAsync(row, null, null, cancellationToken);
            return;
        }

        var body = MessageOf(
            row.Id, row.Type, row.CreatedAt, new WebhookSubject(row.SubjectKind, row.SubjectId, row.SubjectName), JsonSerializer.Deserialize<JsonElement>(row.Details));
        var delivery = await sender.SendAsync(webhook, row.Id, body, cancellationToken);
        var givenUp = !delivery.Accepted && row.Attempts >= MostAttempts;
        _sent.Add(1, new KeyValuePair<string, object?>("result", delivery.Accepted ? "delivered" : givenUp ? "given_up" : "failed"));
        if (givenUp) GivenUp(row.Id, row.Attempts, delivery.Error!);
        await SettleAsync(row, delivery.Accepted || givenUp ? null : time.GetUtcNow() + PauseAfter(row.Attempts), delivery.Error, cancellationToken);
    }

    private async Task SettleAsync(Row row, DateTimeOffset? due, string? error, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Settle, new { id = row.Id, org = row.OrgId, due, error }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(333, LogLevel.Warning, "Notification {Id} was not taken by its webhook in {Attempts} attempts and is given up: {Reason}")]
    private partial void GivenUp(Guid id, int attempts, string reason);

    [LoggerMessage(334, LogLevel.Debug, "Webhooks are sent later: {Reason}")]
    private partial void LogLater(string reason);

    private sealed record Row
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public string Type { get; init; } = "";

        public string SubjectKind { get; init; } = "";

        public string SubjectId { get; init; } = "";

        public string SubjectName { get; init; } = "";

        public string Details { get; init; } = "";

        public int Attempts { get; init; }
    }
}
