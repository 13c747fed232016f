using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;

namespace ThinkWatch.Identity.Keys;

internal sealed record NewKeyNotice(Guid OrgId, Guid KeyId, Guid UserId, Guid? TeamId, string Name, string Action, int DaysLeft, DateTimeOffset? ExpiresAt);

/// <summary>What the janitor did to keys, kept for a month, in sequence.</summary>
internal sealed class KeyNoticeLog(NpgsqlDataSource database)
{
    private const int Most = 1000;

    public static Task AppendAsync(NpgsqlTransaction transaction, NewKeyNotice notice, CancellationToken cancellationToken) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
        """
        INSERT INTO key_notices (org_id, key_id, user_id, team_id, name, action, days_left, expires_at)
        VALUES (@OrgId, @KeyId, @UserId, @TeamId, @Name, @Action, @DaysLeft, @ExpiresAt)
        """,
        notice, transaction, cancellationToken: cancellationToken));

    public async Task<KeyNoticesReply> ReadAsync(KeyNoticesRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "SELECT sequence, org_id, key_id, user_id, team_id, name, action, days_left, expires_at, created_at FROM key_notices WHERE sequence > @after ORDER BY sequence LIMIT @limit",
            new { after = request.AfterSequence, limit = Math.Clamp(request.Limit, 1, Most) }, cancellationToken: cancellationToken));
        var reply = new KeyNoticesReply();
        reply.Notices.AddRange(rows.Select(static row => row.ToNotice()));
        return reply;
    }

    private sealed record Row
    {
        public long Sequence { get; init; }

        public Guid OrgId { get; init; }

        public Guid KeyId { get; init; }

        public Guid UserId { get; init; }

        public Guid? TeamId { get; init; }

        public string Name { get; init; } = "";

        public string Action { get; init; } = "";

        public int DaysLeft { get; init; }

        public DateTimeOffset? ExpiresAt { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public KeyNotice ToNotice() => new()
        {
            Sequence = Sequence,
            OrgId = OrgId.ToString(),
            KeyId = KeyId.ToString(),
            UserId = UserId.ToString(),
            TeamId = TeamId?.ToString() ?? "",
            Name = Name,
            Action = Action,
            DaysLeft = DaysLeft,
            ExpiresAtMs = ExpiresAt?.ToUnixTimeMilliseconds() ?? 0,
            CreatedAtMs = CreatedAt.ToUnixTimeMilliseconds(),
        };
    }
}
