using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Audit;
using ThinkWatch.Identity.Changes;
using ThinkWatch.ManagementApi;
using ThinkWatch.Postgres;
using ThinkWatch.Settings;

namespace ThinkWatch.Identity.Keys;

/// <summary>
/// What happens to keys by itself, one pass in one transaction under a lock that one replica gets: rotation falls due and, unless it is done, ends the
/// key after the grace period; the unused are disabled; the end is announced 7, 3 and 1 days before. Each is told in the audit trail, and to
/// whoever watches when the key stops.
/// </summary>
internal sealed class KeyLifecycle(NpgsqlDataSource database, ISettings settings)
{
    private const string Live = "revoked_at IS NULL AND disabled_at IS NULL AND replaced_by IS NULL AND NOT ephemeral AND (expires_at IS NULL OR expires_at > now())";

    private const string Told = "RETURNING id, org_id, user_id, team_id, name, key_sha256, expires_at, expires_at::text AS at";

    private const string Due = $"""
        UPDATE api_keys SET rotation_due_at = now(), updated_at = now(), version = version + 1
        WHERE {Live} AND rotation_due_at IS NULL AND coalesce(rotation_period_days, @rotation) > 0
            AND created_at + make_interval(days => coalesce(rotation_period_days, @rotation)) <= now() {Told}
        """;

    // Its period, or the setting, was changed since.
    private const string Relieved = $"""
        UPDATE api_keys SET rotation_due_at = NULL, updated_at = now(), version = version + 1
        WHERE {Live} AND rotation_due_at IS NOT NULL AND (coalesce(rotation_period_days, @rotation) <= 0
            OR created_at + make_interval(days => coalesce(rotation_period_days, @rotation)) > now())
        """;

    private const string Overdue = $"""
        UPDATE api_keys SET disabled_at = now(), disabled_reason = 'rotation_overdue', updated_at = now(), version = version + 1
        WHERE {Live} AND rotation_due_at + make_interval(hours => coalesce(grace_period_hours, @grace)) <= now() {Told}
        """;

    private const string Inactive = $"""
        UPDATE api_keys SET disabled_at = now(), disabled_reason = 'inactive', updated_at = now(), version = version + 1
        WHERE {Live} AND coalesce(inactivity_timeout_days, @inactivity) > 0
            AND coalesce(last_used_at, created_at) + make_interval(days => coalesce(inactivity_timeout_days, @inactivity)) <= now() {Told}
        """;

    private const string Expiring = $"""
        UPDATE api_keys SET warned_days = @days WHERE {Live} AND expires_at <= now() + make_interval(days => @days) AND coalesce(warned_days, 1000) > @days {Told}
        """;

    private const string Expired = $"""
        UPDATE api_keys SET warned_days = 0 WHERE revoked_at IS NULL AND NOT ephemeral AND expires_at <= now() AND coalesce(warned_days, 1000) > 0 {Told}
        """;

    // A temporary key a day after its end, a revoked one after thirty, as what was to be told of keys.
    private const string Purge = """
        DELETE FROM api_keys WHERE (ephemeral AND expires_at < now() - interval '1 day') OR revoked_at < now() - interval '30 days';
        DELETE FROM key_notices WHERE created_at < now() - interval '30 days'
        """;

    /// <summary>False when another replica is at it.</summary>
    public Task<bool> RunAsync(CancellationToken cancellationToken) => database.InTransactionAsync(
        async (transaction, token) =>
        {
            var mine = await transaction.Connection!.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT pg_try_advisory_xact_lock(hashtextextended('thinkwatch.identity.key_janitor', 0))", transaction: transaction, cancellationToken: token));
            if (!mine)
                return false;
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(
                Relieved, new { rotation = settings.Get(SettingsRegistry.ApiKeys.RotationPeriodDays) }, transaction, cancellationToken: token));
            var ended = new List<Row>();
            await TellAsync(transaction, Due, "api_key.rotation_due", null, token);
            ended.AddRange(await TellAsync(transaction, Overdue, "api_key.rotation_overdue", null, token));
            ended.AddRange(await TellAsync(transaction, Inactive, "api_key.inactive", null, token));
            foreach (var days in new[] { 1, 3, 7 })
                await TellAsync(transaction, Expiring, "api_key.expiring", days, token);
            ended.AddRange(await TellAsync(transaction, Expired, "api_key.expired", null, token));
            await transaction.Connection!.ExecuteAsync(new CommandDefinition(Purge, transaction: transaction, cancellationToken: token));
            foreach (var key in ended)
                await IdentityChanges.AppendKeyAsync(transaction, key.Id, key.KeySha256, token);
            return true;
        },
        cancellationToken);

    private async Task<IReadOnlyList<Row>> TellAsync(NpgsqlTransaction transaction, string sql, string action, int? days, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            rotation = settings.Get(SettingsRegistry.ApiKeys.RotationPeriodDays),
            inactivity = settings.Get(SettingsRegistry.ApiKeys.InactivityTimeoutDays),
            grace = settings.Get(SettingsRegistry.ApiKeys.RotationGracePeriodHours),
            days = days ?? 0,
        };
        var rows = (await transaction.Connection!.QueryAsync<Row>(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken))).AsList();
        foreach (var row in rows)
        {
            var after = new Dictionary<string, string> { ["name"] = row.Name, ["owner"] = row.UserId.ToString(), ["expires_at"] = row.At ?? "" };
            if (days is { } left)
                after["days_left"] = left.ToString(CultureInfo.InvariantCulture);
            var entry = new AuditEntry { OrgId = row.OrgId.ToString(), Action = action, Resource = "api_key", ResourceId = row.Id.ToString(), Result = "ok", After = JsonSerializer.Serialize(after) };
            await AuditOutbox.AppendAsync(transaction, entry, cancellationToken);
            await KeyNoticeLog.AppendAsync(transaction, new NewKeyNotice(row.OrgId, row.Id, row.UserId, row.TeamId, row.Name, action, days ?? 0, row.ExpiresAt), cancellationToken);
        }

        return rows;
    }

    private sealed record Row
    {
        public Guid Id { get; init; }

        public Guid OrgId { get; init; }

        public Guid UserId { get; init; }

        public Guid? TeamId { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public string Name { get; init; } = "";

        public byte[] KeySha256 { get; init; } = [];

        public string? At { get; init; }
    }
}
