using System.Text.Json;
using Dapper;
using Npgsql;
using ThinkWatch.Contracts.Identity;
using ThinkWatch.ManagementApi;

namespace ThinkWatch.Limits.Notifications;

/// <summary>As the bell shows it. <paramref name="SubjectId"/> is as the routes of its subject take it; what <paramref name="Details"/> holds depends on the type.</summary>
internal sealed record NotificationView(
    Guid Id, DateTimeOffset CreatedAt, string Type, string SubjectKind, string SubjectId, string SubjectName, JsonElement Details, bool Read);

/// <param name="Unread">At most <see cref="NotificationStore.MostUnread"/>.</param>
internal sealed record NotificationPage(IReadOnlyList<NotificationView> Items, string? NextCursor, int Unread);

/// <summary>
/// Notifications as one person may see them: all, with limits:read (of budgets) or keys:admin (of keys); those of their teams, where they hold these in
/// a team; and in any case those of what is their own.
/// </summary>
internal sealed class NotificationStore(NpgsqlDataSource database)
{
    public const int MostUnread = 100;

    private const string Visible = """
        n.org_id = @org AND n.addressed AND (n.owner_id = @me OR CASE WHEN n.type LIKE 'api_key.%' THEN
            CASE WHEN cardinality(n.team_ids) = 0 THEN @keysEverywhere
                ELSE EXISTS (SELECT FROM unnest(n.team_ids) t WHERE (@keysAllTeams OR t = ANY(@keysTeams)) AND t <> ALL(@keysExcept)) END
            ELSE CASE WHEN cardinality(n.team_ids) = 0 THEN @limitsEverywhere
                ELSE EXISTS (SELECT FROM unnest(n.team_ids) t WHERE (@limitsAllTeams OR t = ANY(@limitsTeams)) AND t <> ALL(@limitsExcept)) END END)
        """;

    private const string List = $"""
        SELECT n.id, n.created_at, n.type, n.subject_kind, n.subject_id, n.subject_name, n.details::text AS details, r.user_id IS NOT NULL AS read
        FROM notifications n LEFT JOIN notification_reads r ON r.notification_id = n.id AND r.user_id = @me
        WHERE {Visible} AND (@after::uuid IS NULL OR n.id < @after) AND (NOT @unreadOnly OR r.user_id IS NULL)
        ORDER BY n.id DESC LIMIT @fetch
        """;

    private const string Unread = $"""
        SELECT count(*)::int FROM (SELECT FROM notifications n WHERE {Visible}
            AND NOT EXISTS (SELECT FROM notification_reads r WHERE r.notification_id = n.id AND r.user_id = @me) LIMIT @most) unread
        """;

    private const string MarkRead = $"""
        INSERT INTO notification_reads (user_id, notification_id)
        SELECT @me, n.id FROM notifications n WHERE {Visible} AND (@all OR n.id = ANY(@ids)) ON CONFLICT DO NOTHING
        """;

    public async Task<NotificationPage> ListAsync(Principal caller, ListQuery query, bool unreadOnly, CancellationToken cancellationToken)
    {
        var after = query.After(1) is [var last] ? Guid.TryParse(last, out var id) ? id : throw ApiProblem.Invalid("cursor", "This is not a cursor of this list.").AsException() : (Guid?)null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var sight = SightOf(caller);
        sight.AddDynamicParams(new { after, unreadOnly, fetch = query.Fetch, most = MostUnread });
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(List, sight, cancellationToken: cancellationToken))).AsList();
        var unread = await connection.ExecuteScalarAsync<int>(new CommandDefinition(Unread, sight, cancellationToken: cancellationToken));
        var page = Page<NotificationView>.From([.. rows.Select(static row => row.ToView())], query.Limit, static view => Cursor.Encode(view.Id.ToString()));
        return new NotificationPage(page.Items, page.NextCursor, unread);
    }

    /// <param name="ids">Null: all.</param>
    public async Task MarkReadAsync(Principal caller, IReadOnlyList<Guid>? ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var sight = SightOf(caller);
        sight.AddDynamicParams(new { all = ids is null, ids = ids?.ToArray() ?? [] });
        await connection.ExecuteAsync(new CommandDefinition(MarkRead, sight, cancellationToken: cancellationToken));
    }

    private static DynamicParameters SightOf(Principal caller)
    {
        var (limits, keys) = (caller.Reach("limits:read"), caller.Reach("keys:admin"));
        return new DynamicParameters(new
        {
            org = caller.OrgId(),
            me = Guid.Parse(caller.UserId),
            limitsEverywhere = limits.Everywhere,
            limitsAllTeams = limits.AllTeams,
            limitsTeams = limits.Teams.ToArray(),
            limitsExcept = limits.Except.ToArray(),
            keysEverywhere = keys.Everywhere,
            keysAllTeams = keys.AllTeams,
            keysTeams = keys.Teams.ToArray(),
            keysExcept = keys.Except.ToArray(),
        });
    }

    private sealed record Row
    {
        public Guid Id { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public string Type { get; init; } = "";

        public string SubjectKind { get; init; } = "";

        public string SubjectId { get; init; } = "";

        public string SubjectName { get; init; } = "";

        public string Details { get; init; } = "";

        public bool Read { get; init; }

        public NotificationView ToView() => new(Id, CreatedAt, Type, SubjectKind, SubjectId, SubjectName, JsonSerializer.Deserialize<JsonElement>(Details), Read);
    }
}
